import type { FieldPath } from '../../resource/field-path.ts';
import { type JsonObject, objectAt, stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import { labelKey, type Landscape, namespaceOf } from '../landscape/landscape.ts';
import { membersOf } from '../landscape/key-index.ts';
import type { Service } from '../landscape/service.ts';
import { textMap } from '../landscape/workload.ts';
import { fieldsOf, type ObjectChange, pathsOf, type Reached } from './object-change.ts';

interface Harm {
  readonly what: string;
  readonly breaks: number;
  readonly notices: number;
  /** Pods are replaced for it, so it is seen as soon as they are. */
  readonly rollsOut: boolean;
}

const none: Harm = { what: 'nothing that runs', breaks: 0, notices: 0, rollsOut: false };

/** What the pods of a workload are made from, by the field that changed. Judged, not measured: see docs/graph.md. */
const podFields: Readonly<Record<string, Omit<Harm, 'rollsOut'>>> = {
  image: { what: 'the image', breaks: 0.3, notices: 0.6 },
  command: { what: 'the command', breaks: 0.3, notices: 0.6 },
  args: { what: 'the arguments', breaks: 0.3, notices: 0.6 },
  env: { what: 'the environment', breaks: 0.25, notices: 0.6 },
  envFrom: { what: 'the environment', breaks: 0.25, notices: 0.6 },
  ports: { what: 'the ports', breaks: 0.25, notices: 0.6 },
  volumeMounts: { what: 'the mounted files', breaks: 0.25, notices: 0.5 },
  resources: { what: 'requests and limits', breaks: 0.15, notices: 0.4 },
  readinessProbe: { what: 'a probe', breaks: 0.2, notices: 0.5 },
  livenessProbe: { what: 'a probe', breaks: 0.2, notices: 0.5 },
  startupProbe: { what: 'a probe', breaks: 0.2, notices: 0.5 },
  securityContext: { what: 'the security context', breaks: 0.2, notices: 0.4 },
};
const otherPodField: Omit<Harm, 'rollsOut'> = { what: 'the pod', breaks: 0.15, notices: 0.4 };
const podNote: Omit<Harm, 'rollsOut'> = { what: 'notes on the pod', breaks: 0.03, notices: 0.15 };

/**
 * What a change of a workload does to the workload itself; who calls it is reached from there. Labels and notes of the object, and how it
 * is rolled out, reach nobody: the pods stay as they are.
 */
export function reachedByWorkload(change: ObjectChange, graph: DependencyGraph, node: string): Reached[] {
  if (change.change === 'added') return [];
  if (change.change === 'removed' || change.after === null)
    return [{ id: node, sees: 'live', since: change.at, why: 'it is gone', breaks: 1, notices: 1 }];
  const harms = pathsOf(change).map((path) => harmOf(path, change, graph));
  const [worst = none] = harms.toSorted((one, other) => other.breaks - one.breaks || other.notices - one.notices);
  if (worst.notices === 0) {
    return [
      { id: node, sees: 'never', since: null, why: 'no pod is made anew or taken away for it', breaks: 0, notices: 0 },
    ];
  }
  const { breaks, notices, what } = worst;
  if (!worst.rollsOut) return [{ id: node, sees: 'live', since: change.at, why: what, breaks, notices }];
  return [{ id: node, ...rollout(change.after, change.at, what), breaks, notices }];
}

function harmOf(path: FieldPath, change: ObjectChange, graph: DependencyGraph): Harm {
  const fields = fieldsOf(path);
  if (fields[0] !== 'spec') return none;
  if (fields[1] === 'replicas') return ofReplicas(change);
  if (fields[1] === 'suspend') return { what: 'whether it runs at all', breaks: 0.5, notices: 0.8, rollsOut: false };
  if (fields[1] === 'schedule') return { what: 'when it runs', breaks: 0.1, notices: 0.5, rollsOut: false };
  const at = fields.indexOf('template');
  if (at < 0) return fields.length === 1 ? { ...otherPodField, rollsOut: true } : none;
  const [part, field, inner] = fields.slice(at + 1);
  if (part === 'metadata') return field === 'annotations' ? { ...podNote, rollsOut: true } : ofLabels(change, graph);
  if (field === 'containers' || field === 'initContainers')
    return { ...(podFields[inner ?? ''] ?? otherPodField), rollsOut: true };
  return { ...otherPodField, rollsOut: true };
}

function ofReplicas({ before, after }: ObjectChange): Harm {
  const was = replicasOf(before);
  const is = replicasOf(after);
  const what = `${was} → ${is} replicas`;
  if (is === 0 && was > 0) return { what, breaks: 0.97, notices: 0.99, rollsOut: false };
  return is < was ? { what, breaks: 0.05, notices: 0.35, rollsOut: false } : none;
}

function replicasOf(resource: Resource | null): number {
  const found = valueAt(resource?.body, 'spec', 'replicas');
  return typeof found === 'number' ? found : 1;
}

/** Labels of pods decide which Services, policies and budgets hold them. */
function ofLabels(change: ObjectChange, { landscape }: DependencyGraph): Harm {
  const lost = servicesOf(landscape, change.before).filter(({ selector }) => !fits(selector, podLabels(change.after)));
  if (lost.length === 0) return { what: 'labels of its pods', breaks: 0.1, notices: 0.3, rollsOut: true };
  const names = lost.map(({ name }) => name).join(', ');
  return { what: `Service ${names} no longer selects its pods`, breaks: 0.97, notices: 0.99, rollsOut: true };
}

function servicesOf(landscape: Landscape, workload: Resource | null): Service[] {
  if (workload === null) return [];
  const labels = podLabels(workload);
  const namespace = namespaceOf(landscape, workload.id);
  const keys = new Set([...labels].flatMap((label) => [...membersOf(landscape.selectors, labelKey(namespace, label))]));
  return [...keys].flatMap((key) => landscape.services.get(key) ?? []).filter(({ selector }) => fits(selector, labels));
}

export function fits(selector: ReadonlyMap<string, string>, labels: ReadonlyMap<string, string>): boolean {
  return selector.size > 0 && [...selector].every(([name, value]) => labels.get(name) === value);
}

export function podLabels(workload: Resource | null): ReadonlyMap<string, string> {
  const body: JsonObject | undefined = workload?.body;
  const own = workload?.id.kind === 'Pod' ? objectAt(body, 'metadata') : objectAt(body, 'spec', 'template', 'metadata');
  return textMap(objectAt(own, 'labels'));
}

/** Deployments replace their pods by themselves, unless they are paused or somebody chose otherwise. */
function rollout({ id, body }: Resource, at: string | null, what: string): Pick<Reached, 'sees' | 'since' | 'why'> {
  if (id.kind === 'CronJob') return { sees: 'next-start', since: null, why: `${what}; from the next run on` };
  if (id.kind === 'Job') return { sees: 'next-start', since: null, why: `${what}; pods of a Job are made once` };
  if (valueAt(body, 'spec', 'paused') === true)
    return { sees: 'restart', since: null, why: `${what}; the rollout is paused` };
  const strategy = stringAt(body, 'spec', 'updateStrategy', 'type') ?? stringAt(body, 'spec', 'strategy', 'type');
  if (strategy === 'OnDelete')
    return { sees: 'restart', since: null, why: `${what}; its pods are replaced only when somebody deletes them` };
  const gap = strategy === 'Recreate' ? ', all pods at once' : '';
  return { sees: 'live', since: at, why: `${what}; a rollout replaces the pods${gap}` };
}
