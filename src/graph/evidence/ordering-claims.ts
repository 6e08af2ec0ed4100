import { arrayAt, stringAt } from '../../resource/json.ts';
import { keyFor } from '../landscape/landscape.ts';
import { placeOf, type View } from '../landscape/view.ts';
import { evidenceOf, findingAt, type EvidenceOptions, type Found, nothing, type Source } from './evidence.ts';

const groups: ReadonlySet<string> = new Set(['kustomize.toolkit.fluxcd.io', 'helm.toolkit.fluxcd.io']);

/** Flux `dependsOn`: one Kustomization or HelmRelease is applied after another. An order of delivery, not a call: layer config. */
export function orderingClaims(source: Source, view: View, options: EvidenceOptions): Found {
  const { group, kind } = source.resource.id;
  const from = groups.has(group) ? placeOf(view, source.key) : undefined;
  if (from === undefined) return nothing;
  const found: Found = { claims: [], findings: [] };
  for (const entry of arrayAt(source.resource.body, 'spec', 'dependsOn')) {
    const name = stringAt(entry, 'name');
    if (name === undefined) continue;
    const key = keyFor(group, kind, stringAt(entry, 'namespace') ?? source.namespace, name);
    const to = placeOf(view, key);
    const evidence = evidenceOf('declared', `dependsOn ${name}`, { resource: source.resource, options });
    if (to === undefined) found.findings.push(findingAt(evidence, from, `no ${kind} ${name} in these manifests`));
    else found.claims.push({ from, to, layer: 'config', protocol: null, strength: 'hard', confidence: 0.99, evidence });
  }
  return found;
}
