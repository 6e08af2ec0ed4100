import { stringAt, valueAt } from '../../resource/json.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import { membersOf } from '../landscape/key-index.ts';
import { keyFor } from '../landscape/landscape.ts';
import type { Workload } from '../landscape/workload.ts';
import { type ConfigName, type KeyUse, keyUses } from './key-uses.ts';
import { changedMembers, type ObjectChange, pathsOf, type Reached } from './object-change.ts';
import { restartsByItself } from './restarts.ts';

/**
 * Who sees a changed ConfigMap or Secret. A key reaches only those who read that key: by name, or with all others. No value is looked at
 * but to tell whether it differs.
 */
export function reachedByConfig(change: ObjectChange, graph: DependencyGraph): Reached[] {
  const { id } = change;
  const kind = id.kind === 'Secret' ? 'Secret' : 'ConfigMap';
  const node = graph.landscape.places.get(keyFor('', kind, id.namespace, id.name));
  if (node === undefined || !graph.nodes.hasNode(node)) return [];
  const keys = keysOf(change);
  return graph.nodes.inNeighbors(node).map((reader) => {
    const uses = workloadsOf(graph, reader).flatMap((workload) =>
      keyUses(workload, { kind, name: id.name }).map((use) => ({ workload, use })),
    );
    return reachedReader(reader, uses, { change, keys, config: { kind, name: id.name } });
  });
}

/** The keys that differ, of all members that hold content. */
function keysOf(change: ObjectChange): ReadonlySet<string> {
  return new Set(['data', 'binaryData', 'stringData'].flatMap((field) => changedMembers(change, field)));
}

export function workloadsOf({ landscape }: DependencyGraph, node: string): Workload[] {
  return [...membersOf(landscape.residents, node)].flatMap((key) => landscape.workloads.get(key) ?? []);
}

interface Reading {
  readonly workload: Workload;
  readonly use: KeyUse;
}

interface Situation {
  readonly change: ObjectChange;
  readonly keys: ReadonlySet<string>;
  readonly config: ConfigName;
}

function reachedReader(id: string, readings: readonly Reading[], { change, keys, config }: Situation): Reached {
  const what = `${config.kind} ${config.name}`;
  if (readings.length === 0) {
    // It is known to depend on it, but not how: a pull secret, an Ingress certificate, a controller.
    const why = `refers to ${what}, but not as environment or file`;
    return { id, sees: 'live', since: change.at, why, breaks: 0.2, notices: 0.5 };
  }
  const hit = readings.filter(({ use }) => (use.key === null ? keys.size > 0 : keys.has(use.key)));
  const [worst] = hit.toSorted((one, other) => dread(other, change) - dread(one, change));
  if (worst === undefined) {
    const read = [...new Set(readings.map(({ use }) => use.key ?? 'all keys'))].toSorted().join(', ');
    const why = keys.size === 0 ? `no content of ${what} changed` : `reads ${read} of ${what}, which did not change`;
    return { id, sees: 'never', since: null, why, breaks: 0, notices: 0 };
  }
  return { id, ...sightOf(worst, { change, keys, config }), ...harmOf(worst.use, change, keys) };
}

/** A missing required key before anything else, then what needs a restart: until then the workload works with two versions. */
function dread({ use }: Reading, change: ObjectChange): number {
  return (use.isRequired && isGone(use.key, change) ? 2 : 0) + (use.sees === 'restart' ? 1 : 0);
}

function sightOf(
  { workload, use }: Reading,
  { change, keys, config }: Situation,
): Pick<Reached, 'sees' | 'since' | 'why'> {
  const changed = use.key ?? [...keys].toSorted().slice(0, 5).join(', ');
  const why = `${use.how}: ${changed === '' ? 'the object' : changed} of ${config.kind} ${config.name}`;
  if (workload.finite)
    return { sees: 'next-start', since: null, why: `${why}; each run starts with what is there then` };
  const restarter = restartsByItself(workload, config);
  if (restarter !== null) return { sees: 'live', since: change.at, why: `${why}; ${restarter} restarts it by itself` };
  const isFixed = use.sees === 'restart' || isImmutable(change);
  if (!isFixed)
    return {
      sees: 'live',
      since: change.at,
      why: `${why}, within about a minute; whether it reads again is not known`,
    };
  const restarted = restartedSince(workload, change.at);
  const reason = use.sees === 'restart' ? '' : '; the object is immutable, so running pods do not follow it';
  return { sees: 'restart', since: restarted, why: `${why}${reason}` };
}

function isImmutable({ before, after }: ObjectChange): boolean {
  return valueAt((before ?? after)?.body, 'immutable') === true;
}

/** The moment `kubectl rollout restart` left behind, when it lies after the change. */
function restartedSince({ resource }: Workload, at: string | null): string | null {
  const template = valueAt(resource.body, 'spec', 'template', 'metadata', 'annotations');
  const restarted = stringAt(template, 'kubectl.kubernetes.io/restartedAt');
  if (restarted === undefined || at === null) return null;
  return Date.parse(restarted) > Date.parse(at) ? new Date(restarted).toISOString() : null;
}

function isGone(key: string | null, { change, after }: ObjectChange): boolean {
  if (change === 'removed' || after === null) return true;
  if (key === null) return false;
  return ['data', 'binaryData', 'stringData'].every((field) => valueAt(after.body, field, key) === undefined);
}

/** Judged, not measured: see docs/graph.md. */
function harmOf(use: KeyUse, change: ObjectChange, keys: ReadonlySet<string>): Pick<Reached, 'breaks' | 'notices'> {
  if (change.change === 'removed' || (use.isRequired && isGone(use.key, change)))
    return { breaks: 0.97, notices: 0.99 };
  const named = use.key === null ? [...keys] : [use.key];
  if (named.some((key) => isGone(key, change))) return { breaks: 0.35, notices: 0.8 };
  return named.every((key) => isNew(key, change)) ? { breaks: 0.05, notices: 0.2 } : { breaks: 0.25, notices: 0.6 };
}

function isNew(key: string, { before }: ObjectChange): boolean {
  return ['data', 'binaryData', 'stringData'].every((field) => valueAt(before?.body, field, key) === undefined);
}

/** Whether a change of this object touches more than its labels and notes. */
export function touchesContent(change: ObjectChange): boolean {
  if (change.change !== 'changed') return true;
  return pathsOf(change).some(([first]) => first?.kind === 'field' && first.name !== 'metadata');
}
