import { stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { LiveIndex } from '../subtract/live-index.ts';

/** Whether the engine that owns a live object has been told to stop: nobody will heal its drift. */
export function isEnginePaused(live: Resource, index: LiveIndex): boolean {
  const label = (key: string): string | undefined => stringAt(live.body, 'metadata', 'labels', key);
  const annotation = (key: string): string | undefined => stringAt(live.body, 'metadata', 'annotations', key);
  const flux = [
    { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization' },
    { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' },
  ];
  for (const { group, kind } of flux) {
    const [name, namespace] = [label(`${group}/name`), label(`${group}/namespace`)];
    if (name === undefined || namespace === undefined) continue;
    const engine = index.get({ group, kind, namespace, name });
    if (engine !== undefined && valueAt(engine.body, 'spec', 'suspend') === true) return true;
  }
  const application =
    annotation('argocd.argoproj.io/tracking-id')?.split(':')[0] ??
    label('argocd.argoproj.io/instance') ??
    label('app.kubernetes.io/instance');
  return application !== undefined && isManualApplication(application, index);
}

function isManualApplication(tracking: string, index: LiveIndex): boolean {
  const name = tracking.slice(tracking.lastIndexOf('_') + 1);
  for (const candidate of index.ofKind('argoproj.io', 'Application')) {
    if (candidate.id.name !== name && candidate.id.name !== tracking) continue;
    const automated = valueAt(candidate.body, 'spec', 'syncPolicy', 'automated');
    if (automated === undefined || automated === null || valueAt(automated, 'enabled') === false) return true;
  }
  return false;
}
