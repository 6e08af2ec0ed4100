import { isJsonObject, type JsonObject, objectAt, stringAt, valueAt } from '../../resource/json.ts';

/** Why a declared object may rightly be absent, or undefined when it may not. */
export function mayBeAbsent(body: JsonObject): string | undefined {
  const annotations = objectAt(body, 'metadata', 'annotations') ?? {};
  const helm = stringAt(annotations, 'helm.sh/hook');
  if (helm !== undefined && !helm.split(',').some((hook) => hook.trim() === 'crd-install')) return 'hook';
  const argo = stringAt(annotations, 'argocd.argoproj.io/hook');
  return argo !== undefined && argo !== 'Skip' ? 'hook' : undefined;
}

/** A Job with a time to live vanishes after it has finished: absence alone says nothing. */
export function vanishesWhenFinished(body: JsonObject): boolean {
  return (
    body['kind'] === 'Job' && typeof valueAt(body, 'spec', 'ttlSecondsAfterFinished') === 'number' && isJsonObject(body)
  );
}
