import { isIpAddress } from '../addresses/find-addresses.ts';
import type { Service } from './service.ts';
import { keyFor } from './landscape.ts';
import { aliasesOf, assumedTwin, knowsNamespace, placeOf, placeOfService, serviceAt, type View } from './view.ts';

/**
 * Where a host name leads. `node`: a node of the graph, with the Service that has the name, if it is one. `missing`: a cluster name that
 * no manifest declares, in a namespace the manifests know. `elsewhere`: a cluster name in a namespace they do not know. `outside`: a
 * public name or an address.
 */
export type Resolution =
  | { readonly kind: 'node'; readonly node: string; readonly service: Service | null }
  | { readonly kind: 'missing'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'elsewhere'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'outside'; readonly host: string };

/** Resolves a host as a pod in `namespace` would: a Service of the cluster, then an alias that a resource answers to, then the world. */
export function resolveHost(view: View, host: string, namespace: string): Resolution {
  const labels = host.replace(/\.$/, '').split('.');
  const svc = labels.indexOf('svc');
  const inCluster = svc >= 2 ? labels.slice(0, svc) : labels;
  const isAddress = isIpAddress(host);
  const known = isAddress ? undefined : servedHost(view, inCluster, namespace);
  const found = known ?? aliasNode(view, host);
  if (found !== undefined) return found;
  if (isAddress) return { kind: 'outside', host };
  const [name = '', second] = inCluster;
  if (second === undefined) return namedAnywhere(view, name) ?? { kind: 'missing', namespace, name };
  if (svc >= 2) return unknownName(view, inCluster.at(-1) ?? '', inCluster.slice(0, -1).join('.'));
  return inCluster.length === 2 ? twoLabels(view, second, name) : { kind: 'outside', host };
}

/** `name`, `name.namespace` or `pod.service[.namespace]`. */
function servedHost(view: View, labels: readonly string[], namespace: string): Resolution | undefined {
  const [name = '', second] = labels;
  if (second === undefined) return named(view, namespace, name);
  return (labels.length === 2 ? named(view, second, name) : undefined) ?? podOf(view, labels, namespace);
}

/** `name.second` that is no Service: a namespace the manifests know, a public name, or a namespace they do not know. */
function twoLabels(view: View, second: string, name: string): Resolution {
  if (knowsNamespace(view, second)) return { kind: 'missing', namespace: second, name };
  if (isPublicEnding(second) || second === 's3') return { kind: 'outside', host: `${name}.${second}` };
  return { kind: 'elsewhere', namespace: second, name };
}

function aliasNode(view: View, host: string): Resolution | undefined {
  for (const key of aliasesOf(view, host)) {
    const node = placeOf(view, key);
    if (node !== undefined) return { kind: 'node', node, service: null };
  }
  return undefined;
}

function unknownName(view: View, namespace: string, name: string): Resolution {
  return { kind: knowsNamespace(view, namespace) ? 'missing' : 'elsewhere', namespace, name };
}

/** A Service by name, or what an operator makes of the name. An ExternalName leads to the node that stands for the Service itself. */
function named(view: View, namespace: string, name: string): Resolution | undefined {
  const service = serviceAt(view, namespace, name);
  const node = service === undefined ? undefined : placeOfService(view, service);
  if (service !== undefined && node !== undefined) return { kind: 'node', node, service };
  return aliasNode(view, `${name}.${namespace}`);
}

function namedAnywhere(view: View, name: string): Resolution | undefined {
  const twin = assumedTwin(view, name);
  return twin === undefined ? undefined : named(view, twin.namespace, name);
}

/** `kafka-0.kafka-headless[.namespace]`: a pod of a StatefulSet through its governing Service. */
function podOf(view: View, labels: readonly string[], namespace: string): Resolution | undefined {
  const [pod = '', governing = '', own = namespace] = labels;
  const ordinal = /^(.{1,200})-\d{1,4}$/.exec(pod);
  if (ordinal?.[1] === undefined) return undefined;
  const service = serviceAt(view, own, governing);
  if (service === undefined) return undefined;
  const behind = placeOf(view, keyFor('apps', 'StatefulSet', own, ordinal[1]));
  const node = behind ?? placeOfService(view, service);
  return node === undefined ? undefined : { kind: 'node', node, service };
}

const publicEndings: ReadonlySet<string> = new Set(
  'com org net io dev cloud ai app gov edu mil int info biz co me tv xyz tech online site store shop page run'.split(
    ' ',
  ),
);

/** Whether a last label is one of the public name system, rather than a namespace. Two letters are a country. */
export function isPublicEnding(label: string): boolean {
  return publicEndings.has(label) || /^[a-z]{2}$/.test(label);
}
