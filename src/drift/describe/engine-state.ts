import { stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { LiveIndex } from '../subtract/live-index.ts';

const fluxEngines = [
  { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization' },
  { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' },
] as const;

/** Whether the engine that owns a live object has been told to stop: nobody will heal its drift. */
export function isEnginePaused(live: Resource, index: LiveIndex): boolean {
  for (const id of fluxOwners(live)) {
    const engine = index.get(id);
    if (engine !== undefined && valueAt(engine.body, 'spec', 'suspend') === true) return true;
  }
  const tracking = argoTracking(live);
  return tracking !== undefined && isManualApplication(tracking, index);
}

/** Whether a live object bears the mark of this engine object. */
export function isTrackedBy(live: Resource, engine: ResourceId): boolean {
  if (engine.kind === 'Application') {
    const tracking = argoTracking(live);
    return tracking !== undefined && isNamed(engine.name, tracking);
  }
  return fluxOwners(live).some(
    ({ kind, namespace, name }) => kind === engine.kind && namespace === engine.namespace && name === engine.name,
  );
}

function fluxOwners(live: Resource): readonly ResourceId[] {
  return fluxEngines.flatMap(({ group, kind }) => {
    const [name, namespace] = [labelOf(live, `${group}/name`), labelOf(live, `${group}/namespace`)];
    return name === undefined || namespace === undefined ? [] : [{ group, kind, namespace, name }];
  });
}

/** The application that Argo CD writes down, with its namespace in front where that is not its own. */
function argoTracking(live: Resource): string | undefined {
  return (
    stringAt(live.body, 'metadata', 'annotations', 'argocd.argoproj.io/tracking-id')?.split(':')[0] ??
    labelOf(live, 'argocd.argoproj.io/instance') ??
    labelOf(live, 'app.kubernetes.io/instance')
  );
}

function labelOf(live: Resource, key: string): string | undefined {
  return stringAt(live.body, 'metadata', 'labels', key);
}

function isNamed(name: string, tracking: string): boolean {
  return name === tracking || name === tracking.slice(tracking.lastIndexOf('_') + 1);
}

function isManualApplication(tracking: string, index: LiveIndex): boolean {
  for (const candidate of index.ofKind('argoproj.io', 'Application')) {
    if (!isNamed(candidate.id.name, tracking)) continue;
    const automated = valueAt(candidate.body, 'spec', 'syncPolicy', 'automated');
    if (automated === undefined || automated === null || valueAt(automated, 'enabled') === false) return true;
  }
  return false;
}
