import { stringAt } from '../../resource/json.ts';
import { strengths } from '../graph-shapes.ts';
import { resolveHost } from '../landscape/resolve-host.ts';
import { placeOf, type View } from '../landscape/view.ts';
import { layerBetween } from './settings/address-layer.ts';
import { evidenceOf, type EvidenceOptions, findingAt, type Found, nothing, type Source } from './evidence.ts';
import { outsideNode } from './outside-node.ts';
import { factsOf } from '../landscape/node-facts.ts';

const annotation = 'mooring.dev/depends-on';
const mostNames = 100;

/**
 * What people wrote: `mooring.dev/depends-on: payment=hard, ads.marketing=soft, api.partner.com`. Names are resolved as a pod would;
 * a strength after `=` overrules every other evidence. What cannot be resolved or read is a finding.
 */
export function humanClaims(source: Source, view: View, options: EvidenceOptions): Found {
  const text = stringAt(source.resource.body, 'metadata', 'annotations', annotation);
  const from = text === undefined ? undefined : placeOf(view, source.key);
  if (text === undefined || from === undefined) return nothing;
  const found: Found = { claims: [], findings: [] };
  const what = `annotation ${annotation}`;
  const evidence = evidenceOf('human', what, {
    resource: source.resource,
    path: `metadata.annotations."${annotation}"`,
    options,
  });
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
    const facts = factsOf(view.landscape, target.to);
    const layer = layerBetween(role, facts.role, facts.protocol, false);
    if (target.to !== from)
      found.claims.push({ from, ...target, layer, protocol: facts.protocol, strength, confidence: 0.95, evidence });
  }
  return found;
}

/** What is no name may be a whole address with its password, so it is not repeated; nor is what stands behind `=`. */
function shown(host: string): string {
  return isName(host) ? host : 'one of its entries (not shown: it is no name)';
}

function isName(text: string): boolean {
  return /^[a-z0-9_.-]{1,253}$/i.test(text);
}

function targetOf(
  view: View,
  host: string,
  namespace: string,
): ReturnType<typeof outsideNode> | { readonly to: string } | undefined {
  if (!isName(host)) return undefined;
  const found = resolveHost(view, host, namespace);
  if (found.kind === 'node') return { to: found.node };
  return found.kind === 'outside' ? outsideNode(found.host) : undefined;
}
