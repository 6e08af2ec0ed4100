import { stringAt } from '../resource/json.ts';
import { isTrackedBy } from './describe/engine-state.ts';
import { formatResourceId, parseResourceId, type ResourceId } from '../resource/resource-id.ts';
import type { LiveIndex } from './subtract/live-index.ts';

const scalers = new Set(['HorizontalPodAutoscaler', 'ScaledObject', 'Canary', 'Rollout']);
const secretMakers = new Set(['ExternalSecret', 'SealedSecret']);
const engines = new Set(['Application', 'Kustomization', 'HelmRelease']);

/** Keys whose verdict may change with a live object: its own, and those it is evidence for. */
export function affectedBy(id: ResourceId, index: LiveIndex, declared: Iterable<string>): readonly string[] {
  const own = formatResourceId(id);
  if (id.kind === 'CustomResourceDefinition')
    return [own, ...declaredMatching(declared, ({ group }) => id.name.endsWith(`.${group}`))];
  if (id.kind === 'Namespace')
    return [own, ...declaredMatching(declared, ({ kind, namespace }) => kind === 'Pod' && namespace === id.name)];
  if (engines.has(id.kind)) return [own, ...trackedBy(id, index, declared)];
  if (secretMakers.has(id.kind))
    return [
      own,
      ...declaredMatching(declared, ({ kind, namespace }) => kind === 'Secret' && namespace === id.namespace),
    ];
  if (!scalers.has(id.kind)) return [own];
  const target = targetOf(id, index);
  return [
    own,
    ...declaredMatching(
      declared,
      ({ namespace, name, kind }) =>
        namespace === id.namespace && (target === undefined || name === target || kind === 'VirtualService'),
    ),
  ];
}

/** An engine says of itself whether it heals: that is news for what it has applied, and for nothing else. */
function trackedBy(engine: ResourceId, index: LiveIndex, declared: Iterable<string>): string[] {
  return declaredMatching(declared, (id) => {
    const live = index.get(id);
    return live !== undefined && isTrackedBy(live, engine);
  });
}

function targetOf(id: ResourceId, index: LiveIndex): string | undefined {
  const body = index.get(id)?.body;
  if (body === undefined) return undefined;
  return (
    stringAt(body, 'spec', 'scaleTargetRef', 'name') ??
    stringAt(body, 'spec', 'targetRef', 'name') ??
    stringAt(body, 'spec', 'workloadRef', 'name')
  );
}

function declaredMatching(declared: Iterable<string>, wanted: (id: ResourceId) => boolean): string[] {
  const keys: string[] = [];
  for (const key of declared) {
    const id = parseResourceId(key);
    if (id !== undefined && wanted(id)) keys.push(key);
  }
  return keys;
}
