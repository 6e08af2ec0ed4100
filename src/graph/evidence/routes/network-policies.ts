import { arrayAt, isJsonObject, type JsonObject, type JsonValue, objectAt, valueAt } from '../../../resource/json.ts';
import { placeOf, selected, type View, workloadsIn } from '../../landscape/view.ts';
import { textMap } from '../../landscape/workload.ts';
import { evidenceOf, type EvidenceOptions, findingAt, type Found, nothing, ownNode, type Source } from '../evidence.ts';
import { layerOf, protocolOfPort } from '../../addresses/address.ts';

/** A policy that lets in more callers than this describes a zone, not callers. */
const mostPeers = 12;

/**
 * A NetworkPolicy permits, it does not prove: its edges are of layer `route`, of little confidence, and count only when the policy names its
 * callers by label. Every pod it selects depends on the policy itself, because a wrong edit cuts it off.
 */
export function networkPolicies(source: Source, view: View, options: EvidenceOptions): Found {
  if (source.resource.id.kind !== 'NetworkPolicy' || source.resource.id.group !== 'networking.k8s.io') return nothing;
  const spec = objectAt(source.resource.body, 'spec');
  const own = labelsOf(objectAt(spec, 'podSelector'));
  const targets = own === undefined ? everyPod(view, source) : nodesOf(view, source.namespace, own);
  const found: Found = { claims: [], findings: [] };
  const policy = ownNode(source, view);
  const what = `NetworkPolicy ${source.resource.id.name}`;
  const evidence = evidenceOf('declared', `${what} selects it`, { resource: source.resource, options });
  for (const from of targets) {
    found.claims.push({
      from,
      to: policy,
      layer: 'config',
      protocol: null,
      strength: 'unknown',
      confidence: 0.95,
      evidence,
    });
  }
  if (own === undefined) return found;
  if (targets.size === 0) {
    const place = evidenceOf('declared', what, { resource: source.resource, options });
    found.findings.push(findingAt(place, policy, 'it selects no pod of these manifests'));
  }
  addPermits(found, { spec, targets, what, source, view, options });
  return found;
}

interface Policy {
  readonly spec: JsonObject | undefined;
  readonly targets: ReadonlySet<string>;
  readonly what: string;
  readonly source: Source;
  readonly view: View;
  readonly options: EvidenceOptions;
}

function addPermits(found: Found, { spec, targets, what, source, view, options }: Policy): void {
  const evidence = evidenceOf('permitted', `${what} permits it`, { resource: source.resource, options });
  for (const [list, side] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const rule of arrayAt(spec, list)) {
      const peers = new Set(arrayAt(rule, side).flatMap((peer) => [...peerNodes(view, source.namespace, peer)]));
      if (peers.size > mostPeers) continue;
      const shape = {
        layer: 'route',
        protocol: protocolOf(rule),
        strength: 'unknown',
        confidence: 0.35,
        evidence,
      } as const;
      const pairs = [...targets].flatMap((target) =>
        [...peers].map((peer) => (list === 'ingress' ? [peer, target] : [target, peer])),
      );
      for (const [from = '', to = ''] of pairs) if (from !== to) found.claims.push({ from, to, ...shape });
    }
  }
}

function protocolOf(rule: JsonValue): string | null {
  const port = valueAt(arrayAt(rule, 'ports')[0], 'port');
  const protocol = protocolOfPort(typeof port === 'number' ? port : null);
  return layerOf(protocol) === 'call' ? null : protocol;
}

/** Pods that a peer names by label, in the policy's namespace or in those named by `kubernetes.io/metadata.name`. */
function peerNodes(view: View, namespace: string, peer: JsonValue): ReadonlySet<string> {
  const labels = labelsOf(objectAt(peer, 'podSelector'));
  if (labels === undefined) return new Set();
  const spaces = objectAt(peer, 'namespaceSelector');
  if (spaces === undefined) return nodesOf(view, namespace, labels);
  const named = textMap(objectAt(spaces, 'matchLabels')).get('kubernetes.io/metadata.name');
  return named === undefined ? new Set() : nodesOf(view, named, labels);
}

/** Labels of a selector, or undefined when it has none or uses expressions other than `In` with one value. */
function labelsOf(selector: JsonObject | undefined): ReadonlyMap<string, string> | undefined {
  const labels = new Map(textMap(objectAt(selector, 'matchLabels')));
  for (const expression of arrayAt(selector, 'matchExpressions').filter(isJsonObject)) {
    const values = arrayAt(expression, 'values');
    const [value] = values;
    const key = valueAt(expression, 'key');
    if (
      valueAt(expression, 'operator') !== 'In' ||
      values.length !== 1 ||
      typeof key !== 'string' ||
      typeof value !== 'string'
    )
      return undefined;
    labels.set(key, value);
  }
  return labels.size === 0 ? undefined : labels;
}

function nodesOf(view: View, namespace: string, labels: ReadonlyMap<string, string>): Set<string> {
  return new Set(selected(view, namespace, labels).flatMap((key) => placeOf(view, key) ?? []));
}

/** Workloads of the policy's namespace; an empty selector means all of them, whoever comes and goes. */
function everyPod(view: View, { namespace }: Source): Set<string> {
  return new Set(workloadsIn(view, namespace).flatMap((key) => placeOf(view, key) ?? []));
}
