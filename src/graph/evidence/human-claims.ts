import { stringAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { type Evidence, strengths } from '../graph-shapes.ts';
import { criticalityProblem } from '../landscape/criticality.ts';
import { keyFor } from '../landscape/landscape.ts';
import { resolveHost } from '../landscape/resolve-host.ts';
import { placeOf, type View } from '../landscape/view.ts';
import { layerBetween } from './settings/address-layer.ts';
import { evidenceOf, type EvidenceOptions, findingAt, type Found, nothing, type Source } from './evidence.ts';
import { outsideNode } from './outside-node.ts';
import { factsOf } from '../landscape/node-facts.ts';

const annotation = 'mooring.dev/depends-on';
const importance = 'mooring.dev/criticality';
const mostNames = 100;

/**
 * What people wrote: `mooring.dev/depends-on: payment=hard, marketing/ads=soft, api.partner.com`. Names are resolved as a pod would, or are
 * NAMESPACE/NAME; a strength after `=` overrules every other evidence. What cannot be resolved or read is a finding.
 *
 * What stands on the live object alone is said by whoever may edit it, and nobody reviewed it: it counts less, and can make a dependency
 * harder but not softer.
 */
export function humanClaims(source: Source, view: View, options: EvidenceOptions): Found {
  const found: Found = { claims: [], findings: [] };
  const said = (name: string): string | undefined => stringAt(source.resource.body, 'metadata', 'annotations', name);
  const [text, word] = [said(annotation), said(importance)];
  const from = text === undefined && word === undefined ? undefined : placeOf(view, source.key);
  if (from === undefined) return nothing;
  const problem = word === undefined ? null : criticalityProblem(word);
  if (problem !== null) found.findings.push(findingAt(evidenceAt(source, importance, options), from, problem));
  if (text !== undefined) dependsOn(found, { source, view, options, from, text });
  return found;
}

interface Asking {
  readonly source: Source;
  readonly view: View;
  readonly options: EvidenceOptions;
  readonly from: string;
  readonly text: string;
}

function dependsOn(found: Found, { source, view, options, from, text }: Asking): void {
  const isReviewed = !isLiveOnly(source.resource, annotation);
  const evidence = evidenceAt(source, annotation, options, isReviewed ? '' : ' on the live object only, not in Git');
  const { role } = factsOf(view.landscape, from);
  for (const entry of text
    .slice(0, 10_000)
    .split(/[,;\s]+/)
    .slice(0, mostNames)) {
    const [host = '', said = 'unknown'] = entry.split('=');
    if (host === '') continue;
    const strength = strengths.find((known) => known === said);
    const target = targetOf(view, host.toLowerCase(), source.namespace);
    if (target === undefined || strength === undefined) {
      const why =
        strength === undefined
          ? `what stands behind ${shown(host)} and "=" is no strength (${strengths.join(', ')})`
          : `nothing is called ${shown(host)}`;
      found.findings.push(findingAt(evidence, from, why));
      continue;
    }
    if (target.to === from) continue;
    const { role: calleeRole, protocol } = factsOf(view.landscape, target.to);
    const layer = layerBetween(role, calleeRole, protocol, false);
    const believed = isReviewed || strength === 'hard' ? strength : 'unknown';
    const confidence = isReviewed ? 0.95 : 0.7;
    found.claims.push({ from, ...target, layer, protocol, strength: believed, confidence, evidence });
  }
}

function evidenceAt(source: Source, name: string, options: EvidenceOptions, about = ''): Evidence {
  const path = `metadata.annotations."${name}"`;
  return evidenceOf('human', `annotation ${name}${about}`, { resource: source.resource, path, options });
}

function isLiveOnly({ origin, liveAnnotations }: Resource, name: string): boolean {
  return origin === null || liveAnnotations?.includes(name) === true;
}

/** What is no name may be a whole address with its password, so it is not repeated; nor is what stands behind `=`. */
function shown(host: string): string {
  return isName(host) ? host : 'one of its entries (not shown: it is no name)';
}

function isName(text: string): boolean {
  return /^[a-z0-9_.-]{1,253}$/i.test(text);
}

type Target = ReturnType<typeof outsideNode> | { readonly to: string };

function targetOf(view: View, host: string, own: string): Target | undefined {
  const [, namespace = own, name = host] = /^([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253})$/.exec(host) ?? [];
  if (!isName(name)) return undefined;
  const found = resolveHost(view, name === host ? name : `${name}.${namespace}`, own);
  if (found.kind === 'node') return { to: found.node };
  const to = workloadNamed(view, namespace, name);
  if (to !== undefined) return { to };
  return found.kind === 'outside' && name === host ? outsideNode(found.host) : undefined;
}

/** Workers have no Service. */
function workloadNamed(view: View, namespace: string, name: string): string | undefined {
  for (const [group, kind] of workloadKinds) {
    const place = placeOf(view, keyFor(group, kind, namespace, name));
    if (place !== undefined) return place;
  }
  return undefined;
}

const workloadKinds = [
  ['apps', 'Deployment'],
  ['apps', 'StatefulSet'],
  ['apps', 'DaemonSet'],
  ['batch', 'CronJob'],
  ['batch', 'Job'],
] as const;
