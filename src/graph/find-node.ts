import { AppError } from '../errors/app-error.ts';
import type { DependencyGraph } from './dependency-graph.ts';

export type NodeSearch =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] }
  | { readonly kind: 'none'; readonly near: readonly string[] };

/** Short forms that people type for kinds, as kubectl knows them. */
const shortKinds: ReadonlyMap<string, string> = new Map(
  Object.entries({
    deploy: 'deployment',
    sts: 'statefulset',
    ds: 'daemonset',
    svc: 'service',
    cm: 'configmap',
    sa: 'serviceaccount',
    ing: 'ingress',
    netpol: 'networkpolicy',
    pvc: 'persistentvolumeclaim',
    sc: 'storageclass',
    pc: 'priorityclass',
    cj: 'cronjob',
    po: 'pod',
    gw: 'gateway',
    crd: 'customresourcedefinition',
  }),
);

/**
 * The node that a person means by `shop/web` (a node id), `deployment/web`, `shop/deployment/web`, `configmap/flags`, `web` or
 * `external:api.example.org`. Kinds in any case, singular or plural or short. Ambiguous only when several nodes fit equally well.
 */
export function findNode(graph: DependencyGraph, target: string): NodeSearch {
  if (graph.nodes.hasNode(target)) return { kind: 'found', id: target };
  const parts = target.split('/').filter((part) => part !== '');
  const wanted = parts.at(-1)?.toLowerCase() ?? '';
  const exact: string[] = [];
  const loose: string[] = [];
  graph.nodes.forEachNode((id, { name, resources }) => {
    if (resources.some((key) => fits(key, parts))) exact.push(id);
    else if (parts.length === 1 && (name.toLowerCase() === wanted || resources.some((key) => lastPart(key) === wanted)))
      loose.push(id);
  });
  const found = exact.length > 0 ? exact : loose.filter((id) => !isConfig(graph, id) || loose.length === 1);
  const [only, another] = found.toSorted();
  if (only !== undefined && another === undefined) return { kind: 'found', id: only };
  return only === undefined
    ? { kind: 'none', near: nearNames(graph, wanted) }
    : { kind: 'ambiguous', ids: found.toSorted() };
}

/** Like `findNode`, but throws an AppError that names what fits or what is near. */
export function requireNode(graph: DependencyGraph, target: string): string {
  const search = findNode(graph, target);
  if (search.kind === 'found') return search.id;
  const names = search.kind === 'ambiguous' ? search.ids : search.near;
  const list = names.slice(0, 8).join(', ');
  throw new AppError({
    code: 'resource-not-found',
    what: `cannot find ${JSON.stringify(target)} in the dependency graph`,
    why: search.kind === 'ambiguous' ? 'several nodes go by that name' : 'no node goes by that name',
    remedy: list === '' ? 'Check the sources with "mooring graph export"' : `Use one of: ${list}`,
  });
}

/** Whether a resource key (`apps/Deployment/shop/web`) is what `KIND/NAME` or `NAMESPACE/KIND/NAME` says. */
function fits(key: string, parts: readonly string[]): boolean {
  if (parts.length < 2) return false;
  const [, kind = '', namespace = '', name = ''] = key.split('/');
  const wantedKind = parts.at(-2)?.toLowerCase() ?? '';
  const isKind = sameKind(kind.toLowerCase(), shortKinds.get(wantedKind) ?? wantedKind);
  if (isKind && name === parts.at(-1)) return parts.length === 2 || parts.at(-3) === namespace;
  return false;
}

function sameKind(kind: string, wanted: string): boolean {
  return (
    kind === wanted ||
    `${kind}s` === wanted ||
    `${kind}es` === wanted ||
    (kind.endsWith('y') && `${kind.slice(0, -1)}ies` === wanted)
  );
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1).toLowerCase();
}

function isConfig(graph: DependencyGraph, id: string): boolean {
  return graph.nodes.getNodeAttributes(id).role === 'config';
}

const mostNear = 5;

/** Ids whose name shares most letter pairs with the wanted one; only those that share at least a third. */
function nearNames(graph: DependencyGraph, wanted: string): string[] {
  const pairs = pairsOf(wanted);
  const scored: { readonly id: string; readonly score: number }[] = [];
  graph.nodes.forEachNode((id, { name }) => {
    const own = pairsOf(name.toLowerCase());
    const shared = [...pairs].filter((pair) => own.has(pair)).length;
    const score = (2 * shared) / (pairs.size + own.size || 1);
    if (score >= 0.34) scored.push({ id, score });
  });
  return scored
    .toSorted((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
    .slice(0, mostNear)
    .map(({ id }) => id);
}

function pairsOf(text: string): Set<string> {
  const padded = ` ${text.slice(0, 100)} `;
  return new Set(Array.from({ length: padded.length - 1 }, (_, at) => padded.slice(at, at + 2)));
}
