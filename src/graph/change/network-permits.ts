import {
  arrayAt,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../../resource/json.ts';
import { matchesLabels } from '../../resource/label-selector.ts';
import type { Resource } from '../../resource/resource.ts';

/** One end of a connection between pods, as NetworkPolicies see it. */
export interface PodEnd {
  readonly namespace: string;
  readonly labels: JsonObject;
  /** Labels of the namespace; `kubernetes.io/metadata.name` is there on every cluster. */
  readonly namespaceLabels: JsonObject;
}

export interface Connection {
  readonly from: PodEnd;
  readonly to: PodEnd;
  /** Ports of the pods behind, or none when nobody knows which is called: then a permit for any port counts. */
  readonly ports: readonly number[];
  readonly namedPort: (name: string) => number | undefined;
}

/**
 * Whether a set of NetworkPolicies lets a connection through: the receiver's policies must let it in and the sender's must let it out,
 * and a side that no policy selects is open. Address blocks are no permit here, because pods have no lasting address.
 */
export function isPermitted(policies: readonly Resource[], connection: Connection): boolean {
  return sidePermits(policies, connection, 'Ingress') && sidePermits(policies, connection, 'Egress');
}

type Side = 'Ingress' | 'Egress';

function sidePermits(policies: readonly Resource[], connection: Connection, side: Side): boolean {
  const own = side === 'Ingress' ? connection.to : connection.from;
  const selecting = policies.filter((policy) => selects(policy, own, side));
  return selecting.length === 0 || selecting.some((policy) => lets(policy, connection, side));
}

function selects({ id, body }: Resource, { namespace, labels }: PodEnd, side: Side): boolean {
  if (id.namespace !== namespace || !matchesLabels(objectAt(body, 'spec', 'podSelector'), labels)) return false;
  return typesOf(body).has(side);
}

/** Without `policyTypes` a policy is one of ingress, and of egress when it has such rules. */
function typesOf(body: JsonObject): ReadonlySet<string> {
  const named = arrayAt(body, 'spec', 'policyTypes').filter((type) => typeof type === 'string');
  if (named.length > 0) return new Set(named);
  return new Set(valueAt(body, 'spec', 'egress') === undefined ? ['Ingress'] : ['Ingress', 'Egress']);
}

function lets({ id, body }: Resource, connection: Connection, side: Side): boolean {
  const [list, peers] = side === 'Ingress' ? (['ingress', 'from'] as const) : (['egress', 'to'] as const);
  const other = side === 'Ingress' ? connection.from : connection.to;
  return arrayAt(body, 'spec', list).some((rule) => {
    const named = arrayAt(rule, peers);
    const isPeer = named.length === 0 || named.some((peer) => isMeant(peer, other, id.namespace));
    return isPeer && letsPort(rule, connection);
  });
}

function isMeant(peer: JsonValue, { namespace, labels, namespaceLabels }: PodEnd, own: string): boolean {
  const pods = objectAt(peer, 'podSelector');
  const spaces = objectAt(peer, 'namespaceSelector');
  if (pods === undefined && spaces === undefined) return false;
  const isSpace = spaces === undefined ? namespace === own : matchesLabels(spaces, namespaceLabels);
  return isSpace && matchesLabels(pods, labels);
}

function letsPort(rule: JsonValue, { ports, namedPort }: Connection): boolean {
  const listed = arrayAt(rule, 'ports').filter(isJsonObject);
  if (listed.length === 0 || ports.length === 0) return true;
  return ports.some((port) =>
    listed.some((entry) => {
      const wanted = valueAt(entry, 'port');
      if ((stringAt(entry, 'protocol') ?? 'TCP') !== 'TCP') return false;
      if (wanted === undefined) return true;
      if (typeof wanted === 'string') return namedPort(wanted) === port;
      const end = valueAt(entry, 'endPort');
      return typeof wanted === 'number' && port >= wanted && port <= (typeof end === 'number' ? end : wanted);
    }),
  );
}
