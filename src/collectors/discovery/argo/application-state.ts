import { arrayAt, stringAt, valueAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import { secondsBetween, statusWord, whyControllerIsDown } from '../controllers.ts';
import type { EngineReport } from '../discovered-source.ts';
import { nameOf } from '../discovery-gap.ts';

/** Argo CD looks at every application at least every three minutes by default; a busy installation takes its time. */
const staleAfterSeconds = 30 * 60;

/** Whether drift of an application is healed by anybody, and what its status is worth. */
export function applicationState(
  application: Resource,
  installation: string,
  resources: readonly Resource[],
  now: string,
): EngineReport {
  const down = whyControllerIsDown('argocd-application-controller', installation, resources);
  const [state, why] = stateOf(application, down, now);
  return { name: nameOf(application.id), engine: 'argocd', owner: application.id, state, why, cause: down };
}

function stateOf(application: Resource, down: string | null, now: string): readonly [EngineReport['state'], string] {
  const { body } = application;
  const sync = statusWord(stringAt(body, 'status', 'sync', 'status'));
  if (down !== null) {
    return ['down', `${down}${sync === '' ? '' : `, so its status “${sync}” is frozen`}; nothing heals drift`];
  }
  if (stringAt(body, 'metadata', 'annotations', 'argocd.argoproj.io/skip-reconcile') === 'true') {
    return [
      'paused',
      `the annotation argocd.argoproj.io/skip-reconcile stops it${sync === '' ? '' : `, so its status “${sync}” is frozen`}`,
    ];
  }
  const error = arrayAt(body, 'status', 'conditions')
    .map((condition) => statusWord(stringAt(condition, 'type')))
    .find((type) => type.endsWith('Error'));
  if (error !== undefined) return ['failing', `Argo CD reports ${error}`];
  const phase = statusWord(stringAt(body, 'status', 'operationState', 'phase'));
  if (phase === 'Failed' || phase === 'Error') return ['failing', `its last synchronisation ended as ${phase}`];
  const lookedAt = stringAt(body, 'status', 'reconciledAt');
  const age = secondsBetween(lookedAt, now);
  if (age === undefined) return ['stale', 'Argo CD has not looked at it yet'];
  if (age > staleAfterSeconds)
    return ['stale', `Argo CD last looked at it at ${lookedAt ?? ''}, so its status “${sync}” is old`];
  return isAutomated(application)
    ? ['running', 'Argo CD synchronises it']
    : ['manual', 'it synchronises only when somebody asks'];
}

function isAutomated({ body }: Resource): boolean {
  const automated = valueAt(body, 'spec', 'syncPolicy', 'automated');
  return automated !== undefined && automated !== null && valueAt(automated, 'enabled') !== false;
}
