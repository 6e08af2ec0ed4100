import { parseResourceId } from '../../resource/resource-id.ts';
import { addTo, membersOf, removeFrom } from './key-index.ts';
import { keyFor, labelKey, type Landscape, workloadsWith } from './landscape.ts';

/**
 * Decides which node a resource belongs to. A Service and the one workload behind it are one node, named after the Service when no
 * other Service selects that workload. A Service with several workloads, or none, is a node of its own.
 */

/** Gives a resource that is neither workload nor Service its own node, or takes it away. Answers with the node it had. */
export function placeAlone(landscape: Landscape, key: string, node: string | undefined): string | undefined {
  const before = landscape.places.get(key);
  settle(landscape, key, node);
  return before;
}

/** Services that a change of this workload or Service may regroup, and the workloads they hold now or will hold. */
export function neighbourhood(landscape: Landscape, key: string): Set<string> {
  const services = new Set(membersOf(landscape.selectedBy, key));
  if (landscape.services.has(key) || landscape.members.has(key)) services.add(key);
  const workload = landscape.workloads.get(key);
  for (const label of workload?.labels ?? []) {
    for (const service of membersOf(landscape.selectors, labelKey(workload?.namespace ?? '', label)))
      services.add(service);
  }
  return services;
}

/**
 * Recomputes the groups of the given Services and workloads. Answers with every resource whose node may be another one now (appeared,
 * vanished, renamed, gained or lost a companion) and the node it had.
 */
export function regroup(
  landscape: Landscape,
  services: ReadonlySet<string>,
  workloads: ReadonlySet<string>,
): Map<string, string | undefined> {
  const touched = new Set([...services, ...workloads]);
  for (const service of services) {
    for (const workload of landscape.members.get(service) ?? []) {
      removeFrom(landscape.selectedBy, workload, service);
      touched.add(workload);
    }
    const members = selectedWorkloads(landscape, service);
    if (members === undefined) landscape.members.delete(service);
    else landscape.members.set(service, members);
    for (const workload of members ?? []) {
      addTo(landscape.selectedBy, workload, service);
      touched.add(workload);
    }
  }
  // A workload that one Service lost or won may change what its other Services are.
  const companions = [...touched].flatMap((key) => [...membersOf(landscape.selectedBy, key)]);
  for (const service of companions) touched.add(service);
  return replace(landscape, touched);
}

function selectedWorkloads(landscape: Landscape, key: string): ReadonlySet<string> | undefined {
  const service = landscape.services.get(key);
  if (service === undefined) return undefined;
  const found = workloadsWith(landscape, service.namespace, service.selector);
  // Charts label their hook jobs like the server; a job serves nobody unless it is alone.
  const lasting = found.filter((workload) => landscape.workloads.get(workload)?.finite === false);
  return new Set(lasting.length > 0 ? lasting : found);
}

function replace(landscape: Landscape, touched: ReadonlySet<string>): Map<string, string | undefined> {
  const contested = new Set<string>();
  const before = new Map([...touched].map((key) => [key, landscape.places.get(key)]));
  for (const key of touched) {
    const old = landscape.wantedBy.get(key);
    const wanted = wantedName(landscape, key);
    if (old === wanted) continue;
    if (old !== undefined) {
      removeFrom(landscape.namesWanted, old, key);
      contested.add(old);
    }
    if (wanted === undefined) landscape.wantedBy.delete(key);
    else {
      landscape.wantedBy.set(key, wanted);
      addTo(landscape.namesWanted, wanted, key);
      contested.add(wanted);
    }
  }
  const rivals = [...contested]
    .flatMap((name) => [...membersOf(landscape.namesWanted, name)])
    .flatMap((key) => [key, ...membersOf(landscape.selectedBy, key)]);
  for (const key of new Set([...touched, ...rivals])) {
    before.set(key, before.get(key) ?? landscape.places.get(key));
  }
  const owners = [...before.keys()].filter((key) => hostWorkload(landscape, key) === undefined);
  const guests = [...before.keys()].filter((key) => hostWorkload(landscape, key) !== undefined);
  for (const key of [...owners, ...guests]) {
    settle(landscape, key, nodeIdOf(landscape, key));
    if (landscape.places.get(key) === before.get(key)) before.delete(key);
  }
  return before;
}

function settle(landscape: Landscape, key: string, node: string | undefined): void {
  const old = landscape.places.get(key);
  if (old === node) return;
  if (old !== undefined) removeFrom(landscape.residents, old, key);
  if (node === undefined) landscape.places.delete(key);
  else {
    landscape.places.set(key, node);
    addTo(landscape.residents, node, key);
  }
}

/** The one workload behind a Service that shares its node, or undefined when the key is not such a Service. */
function hostWorkload(landscape: Landscape, key: string): string | undefined {
  const members = landscape.members.get(key);
  return members?.size === 1 ? members.values().next().value : undefined;
}

/** `shop/web` for the name a resource would like its node to have; undefined for a Service that lives in its workload's node. */
function wantedName(landscape: Landscape, key: string): string | undefined {
  const workload = landscape.workloads.get(key);
  if (workload !== undefined) {
    const services = [...membersOf(landscape.selectedBy, key)];
    const [only] = services;
    const named =
      services.length === 1 && only !== undefined && hostWorkload(landscape, only) === key ? only : undefined;
    const name = (named === undefined ? undefined : landscape.services.get(named)?.name) ?? workload.resource.id.name;
    return `${workload.namespace}/${name}`;
  }
  if (landscape.operated.has(key)) {
    const { namespace = '', name = '' } = parseResourceId(key) ?? {};
    return `${namespace}/${name}`;
  }
  const service = landscape.services.get(key);
  return service === undefined || hostWorkload(landscape, key) !== undefined
    ? undefined
    : `${service.namespace}/${service.name}`;
}

function nodeIdOf(landscape: Landscape, key: string): string | undefined {
  const host = hostWorkload(landscape, key);
  const owner = host ?? key;
  const wanted = landscape.wantedBy.get(owner);
  if (wanted === undefined) return undefined;
  const rivals = [...membersOf(landscape.namesWanted, wanted)].toSorted(
    (one, other) => rank(landscape, one, wanted) - rank(landscape, other, wanted) || (one < other ? -1 : 1),
  );
  if (rivals[0] === owner) return wanted;
  const kind = owner.split('/')[1]?.toLowerCase() ?? '';
  const name = landscape.resources.get(owner)?.id.name ?? '';
  return `${wanted.slice(0, wanted.indexOf('/'))}/${kind}/${name}`;
}

const kindOrder: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'CronJob', 'Job', 'Pod'];

/** Who keeps the plain name when several want it: what answers to that name in DNS, then the usual kinds in order. */
function rank(landscape: Landscape, key: string, wanted: string): number {
  const [namespace = '', name = ''] = wanted.split('/');
  const service = keyFor('', 'Service', namespace, name);
  if (key === service || hostWorkload(landscape, service) === key) return 0;
  const kind = kindOrder.indexOf(key.split('/')[1] ?? '');
  return kind < 0 ? kindOrder.length + 1 : kind + 1;
}
