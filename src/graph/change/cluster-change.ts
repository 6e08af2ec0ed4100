import { arrayAt, isJsonObject, type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import { membersOf } from '../landscape/key-index.ts';
import { keyFor } from '../landscape/landscape.ts';
import { concerns, type ObjectChange, pathsOf, type Reached } from './object-change.ts';
import { touchesContent } from './config-change.ts';

/** Objects that are no content and no program: accounts and rights, volumes and their classes, scaling and budgets, definitions. */

const nextStart = (id: string, why: string, breaks: number, notices: number): Reached => ({
  id,
  sees: 'next-start',
  since: null,
  why,
  breaks,
  notices,
});

/** Pull secrets and cloud roles are put into a pod when it is made; tokens of an account that is gone are refused at once. */
export function reachedByAccount(change: ObjectChange, graph: DependencyGraph): Reached[] {
  const users = readersOf(graph, keyFor('', 'ServiceAccount', change.id.namespace, change.id.name));
  if (change.change === 'added') return [];
  return users.map((id): Reached => {
    if (change.change === 'removed') {
      const why = 'its account is gone: tokens are refused, and no pod of it is made';
      return { id, sees: 'live', since: change.at, why, breaks: 0.5, notices: 0.9 };
    }
    const isUsed = pathsOf(change).some(
      (path) => !concerns(path, ['metadata', 'labels']) || concerns(path, ['metadata', 'annotations']),
    );
    if (!isUsed) return never(id, 'only labels of its account changed');
    return nextStart(id, 'a pod gets pull secrets, tokens and cloud roles of its account when it is made', 0.2, 0.5);
  });
}

/** Rights hold from one request to the next, for whoever runs as one of the subjects. */
export function reachedByRights(change: ObjectChange, graph: DependencyGraph): Reached[] {
  if (change.change === 'changed' && !touchesContent(change)) return [];
  const subjects = change.id.kind.endsWith('Binding')
    ? [change.before, change.after].flatMap((side) => (side === null ? [] : [side]))
    : bindingsOf(graph, change);
  const accounts = new Set(subjects.flatMap((binding) => accountsOf(binding)));
  const isLess = change.change !== 'added';
  return [...accounts].toSorted().flatMap((account) =>
    readersOf(graph, account).map((id): Reached => {
      const why = `runs as ${account.split('/').slice(-2).join('/')}, whose rights changed; whether it uses them is not known`;
      return { id, sees: 'live', since: change.at, why, breaks: isLess ? 0.2 : 0.02, notices: isLess ? 0.5 : 0.1 };
    }),
  );
}

function bindingsOf({ landscape }: DependencyGraph, { id }: ObjectChange): Resource[] {
  // A role of a namespace is bound there; one of the cluster anywhere, so only then every namespace is looked through.
  const places = id.kind === 'Role' ? [id.namespace] : [...landscape.namespaces.keys()];
  return places.flatMap((namespace) =>
    [...membersOf(landscape.namespaces, namespace)]
      .filter((key) => /^rbac\.authorization\.k8s\.io\/(?:Cluster)?RoleBinding\//.test(key))
      .flatMap((key) => landscape.resources.get(key) ?? [])
      .filter(
        ({ body }) => stringAt(body, 'roleRef', 'name') === id.name && stringAt(body, 'roleRef', 'kind') === id.kind,
      ),
  );
}

function accountsOf({ id, body }: Resource): string[] {
  return arrayAt(body, 'subjects')
    .filter((subject) => stringAt(subject, 'kind') === 'ServiceAccount')
    .map((subject) =>
      keyFor('', 'ServiceAccount', stringAt(subject, 'namespace') ?? id.namespace, stringAt(subject, 'name') ?? ''),
    );
}

/** A class is looked at once, when a volume is made. */
export function reachedByStorageClass(change: ObjectChange, graph: DependencyGraph): Reached[] {
  if (change.change === 'added') return [];
  const { name } = change.id;
  const found: Reached[] = [];
  for (const [key, { resource }] of graph.landscape.workloads) {
    const templates = arrayAt(resource.body, 'spec', 'volumeClaimTemplates');
    const node = graph.landscape.places.get(key);
    if (node !== undefined && templates.some((claim) => stringAt(claim, 'spec', 'storageClassName') === name))
      found.push(
        nextStart(
          node,
          `new replicas get volumes of StorageClass ${name}; volumes there are stay as they are`,
          0.05,
          0.3,
        ),
      );
  }
  for (const [key, { id, body }] of graph.landscape.resources) {
    if (id.kind !== 'PersistentVolumeClaim' || stringAt(body, 'spec', 'storageClassName') !== name) continue;
    for (const node of readersOf(graph, key)) {
      const isBound =
        stringAt(body, 'spec', 'volumeName') !== undefined || stringAt(body, 'status', 'phase') === 'Bound';
      const why = `claim ${id.name} is of StorageClass ${name}`;
      if (isBound) found.push(never(node, `${why} and bound already`));
      else found.push(nextStart(node, `${why}; if it is bound already, it stays as it is`, 0.1, 0.3));
    }
  }
  return found;
}

export function reachedByClaim(change: ObjectChange, graph: DependencyGraph): Reached[] {
  if (change.change === 'added') return [];
  const users = readersOf(graph, keyFor('', 'PersistentVolumeClaim', change.id.namespace, change.id.name));
  return users.map((id): Reached => {
    if (change.change === 'removed')
      return nextStart(id, 'the claim stays until its last pod ends; then the data may be gone', 0.9, 0.97);
    if (!touchesContent(change)) return never(id, 'only labels or notes of its claim changed');
    return { id, sees: 'live', since: change.at, why: 'its claim changed', breaks: 0.05, notices: 0.2 };
  });
}

/** Scaling and budgets break nothing today; they take away what a bad day needs. */
export function reachedByRedundancy(change: ObjectChange, graph: DependencyGraph): Reached[] {
  if (change.change === 'changed' && !touchesContent(change)) return [];
  const { kind, name } = change.id;
  return targetsOf(change, graph).map((id): Reached => {
    if (change.change === 'added') return never(id, `${kind} ${name} adds to its redundancy`);
    const why =
      kind === 'PodDisruptionBudget'
        ? `how many of its pods may be taken away at once is another (${name})`
        : `how it grows and shrinks is another (${name})`;
    return { id, sees: 'live', since: change.at, why, breaks: 0.03, notices: 0.25 };
  });
}

function targetsOf({ id, before, after }: ObjectChange, { landscape, nodes }: DependencyGraph): string[] {
  const found = new Set<string>();
  for (const side of [before, after]) {
    const target = valueAt(side?.body, 'spec', 'scaleTargetRef');
    for (const key of membersOf(landscape.namespaces, id.namespace)) {
      const workload = landscape.workloads.get(key);
      const place = landscape.places.get(key);
      if (workload === undefined || place === undefined || !nodes.hasNode(place)) continue;
      if (target === undefined ? isBudgeted(side, workload.labels) : isTarget(target, workload.resource))
        found.add(place);
    }
  }
  return [...found].toSorted();
}

function isTarget(target: JsonValue, { id }: Resource): boolean {
  return stringAt(target, 'kind') === id.kind && stringAt(target, 'name') === id.name;
}

function isBudgeted(side: Resource | null, labels: ReadonlyMap<string, string>): boolean {
  const wanted = valueAt(side?.body, 'spec', 'selector', 'matchLabels');
  const entries = isJsonObject(wanted) ? Object.entries(wanted) : [];
  return entries.length > 0 && entries.every(([name, value]) => labels.get(name) === value);
}

/** With a definition every object of its kind goes; another schema is looked at when one is written next. */
export function reachedByDefinition(change: ObjectChange, graph: DependencyGraph): Reached[] {
  if (change.change === 'added' || !touchesContent(change)) return [];
  const body = (change.before ?? change.after)?.body;
  const group = stringAt(body, 'spec', 'group') ?? '';
  const kind = stringAt(body, 'spec', 'names', 'kind') ?? '';
  const served = servedVersions(change.after);
  const unserved = [...servedVersions(change.before)].filter((version) => !served.has(version));
  const found = new Set<string>();
  for (const [key, { id }] of graph.landscape.resources) {
    const place = id.group === group && id.kind === kind ? graph.landscape.places.get(key) : undefined;
    if (place !== undefined && graph.nodes.hasNode(place)) found.add(place);
  }
  return [...found].toSorted().map((id): Reached => {
    if (change.change === 'removed')
      return {
        id,
        sees: 'live',
        since: change.at,
        why: `every ${kind} goes with its definition`,
        breaks: 0.97,
        notices: 0.99,
      };
    if (unserved.length > 0) {
      const why = `${kind} is no longer served as ${unserved.join(', ')}: who asks for it so gets nothing`;
      return { id, sees: 'live', since: change.at, why, breaks: 0.4, notices: 0.8 };
    }
    return nextStart(id, `the schema of ${kind} is looked at when an object is written next`, 0.05, 0.3);
  });
}

function servedVersions(definition: Resource | null): ReadonlySet<string> {
  const versions = arrayAt(definition?.body, 'spec', 'versions').filter((each) => valueAt(each, 'served') === true);
  return new Set(versions.flatMap((each) => stringAt(each, 'name') ?? []));
}

export function readersOf({ landscape, nodes }: DependencyGraph, key: string): string[] {
  const node = landscape.places.get(key);
  return node === undefined || !nodes.hasNode(node) ? [] : nodes.inNeighbors(node).toSorted();
}

function never(id: string, why: string): Reached {
  return { id, sees: 'never', since: null, why, breaks: 0, notices: 0 };
}
