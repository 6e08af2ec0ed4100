import { arrayAt, type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import { matchesLabels } from '../../resource/label-selector.ts';
import { parseResourceId } from '../../resource/resource-id.ts';
import type { Resource } from '../../resource/resource.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import { membersOf } from '../landscape/key-index.ts';
import type { Workload } from '../landscape/workload.ts';

/** What a node has to fall back on when a part of it fails. */
export interface Redundancy {
  /** Wanted replicas of all its workloads together; null when unknown. */
  readonly replicas: number | null;
  /** Workloads that do the same work: those in it, or those behind a Service that leads to several. */
  readonly providers: number;
  /** `web: minAvailable 1`; null: nothing keeps all replicas from being taken away at once. */
  readonly disruptionBudget: string | null;
  /** `web: 2 to 10`; null: nothing adds replicas by itself. */
  readonly autoscaler: string | null;
}

interface Guards {
  readonly budgets: readonly Resource[];
  readonly scalers: readonly Resource[];
}

const none: Guards = { budgets: [], scalers: [] };

/** Answers for the nodes of one blast radius; looks through a namespace once. Null for what runs nothing. */
export function redundancyFinder(graph: DependencyGraph): (id: string) => Redundancy | null {
  const known = new Map<string, Guards>();
  const guardsOf = (namespace: string): Guards => {
    const found = known.get(namespace) ?? guardsIn(graph, namespace);
    known.set(namespace, found);
    return found;
  };
  return (id) => {
    if (!graph.nodes.hasNode(id)) return null;
    const { replicas, namespace } = graph.nodes.getNodeAttributes(id);
    const workloads = providersOf(graph, id);
    if (workloads.length === 0) return null;
    const { budgets, scalers } = namespace === null ? none : guardsOf(namespace);
    const sum = workloads.reduce((total, workload) => total + (workload.replicas ?? 1), 0);
    return {
      replicas: replicas ?? sum,
      providers: workloads.length,
      disruptionBudget: textOf(
        budgets.find((budget) => workloads.some((workload) => guards(budget, workload))),
        budgetText,
      ),
      autoscaler: textOf(
        scalers.find((scaler) => workloads.some((workload) => scales(scaler, workload))),
        scalerText,
      ),
    };
  };
}

function providersOf({ landscape }: DependencyGraph, id: string): Workload[] {
  const residents = [...membersOf(landscape.residents, id)];
  const own = residents.flatMap((key) => landscape.workloads.get(key) ?? []);
  if (own.length > 0) return own;
  const behind = new Set(residents.flatMap((key) => [...(landscape.members.get(key) ?? [])]));
  return [...behind].flatMap((key) => landscape.workloads.get(key) ?? []);
}

function guardsIn({ landscape }: DependencyGraph, namespace: string): Guards {
  const budgets: Resource[] = [];
  const scalers: Resource[] = [];
  for (const key of membersOf(landscape.namespaces, namespace)) {
    const { kind, group } = parseResourceId(key) ?? {};
    const list = kind === 'PodDisruptionBudget' ? budgets : kind === 'HorizontalPodAutoscaler' ? scalers : undefined;
    const resource = list === undefined || group === '' ? undefined : landscape.resources.get(key);
    if (resource !== undefined) list?.push(resource);
  }
  return { budgets, scalers };
}

function guards({ body }: Resource, { labels }: Workload): boolean {
  const selector = valueAt(body, 'spec', 'selector');
  return selector !== undefined && matchesLabels(selector, Object.fromEntries(labels));
}

function scales({ body }: Resource, { resource }: Workload): boolean {
  const target = valueAt(body, 'spec', 'scaleTargetRef');
  return stringAt(target, 'kind') === resource.id.kind && stringAt(target, 'name') === resource.id.name;
}

function textOf(guard: Resource | undefined, tell: (spec: JsonValue | undefined) => string): string | null {
  return guard === undefined ? null : `${guard.id.name}: ${tell(valueAt(guard.body, 'spec'))}`;
}

function budgetText(spec: JsonValue | undefined): string {
  const field = ['minAvailable', 'maxUnavailable'].find((name) => valueAt(spec, name) !== undefined);
  const value = field === undefined ? undefined : valueAt(spec, field);
  return typeof value === 'number' || typeof value === 'string' ? `${field} ${value}` : 'sets no bound';
}

function scalerText(spec: JsonValue | undefined): string {
  const [least, most] = [valueAt(spec, 'minReplicas') ?? 1, valueAt(spec, 'maxReplicas')];
  const metrics = arrayAt(spec, 'metrics').length;
  if (typeof least !== 'number' || typeof most !== 'number') return 'sets no bounds';
  return `${least} to ${most}${metrics > 1 ? ` by ${metrics} metrics` : ''}`;
}
