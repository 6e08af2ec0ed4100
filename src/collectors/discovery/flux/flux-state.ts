import { arrayAt, type JsonValue, stringAt, valueAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { ResourceId } from '../../../resource/resource-id.ts';
import { goDuration, secondsBetween, statusWord } from '../controllers.ts';
import type { EngineReport } from '../discovered-source.ts';
import { nameOf } from '../discovery-gap.ts';

export interface FluxFacts {
  /** Why the controller does not work, or null. */
  readonly down: string | null;
  /** The object that the files come from. */
  readonly source: Resource | null;
  readonly dependencies: readonly { readonly id: ResourceId; readonly object: Resource | undefined }[];
  readonly now: string;
}

/** Whether drift of a Kustomization or HelmRelease is healed by anybody. */
export function fluxState(object: Resource, facts: FluxFacts): EngineReport {
  const [state, why] = stateOf(object, facts);
  return { name: nameOf(object.id), engine: 'flux', owner: object.id, state, why, cause: facts.down };
}

function stateOf(object: Resource, facts: FluxFacts): readonly [EngineReport['state'], string] {
  const ready = readyOf(object);
  const frozen =
    ready === undefined ? '' : `, so its status “Ready ${statusWord(stringAt(ready, 'status'))}” is frozen`;
  if (facts.down !== null) return ['down', `${facts.down}${frozen}; nothing heals drift`];
  if (valueAt(object.body, 'spec', 'suspend') === true) return ['paused', `it is suspended${frozen}`];
  if (facts.source !== null && valueAt(facts.source.body, 'spec', 'suspend') === true) {
    return ['paused', `its source ${nameOf(facts.source.id)} is suspended, so it sees nothing new`];
  }
  const waitsFor = facts.dependencies.find(({ object: dependency }) => !isReady(dependency));
  if (waitsFor !== undefined) return ['waiting', `it waits for ${nameOf(waitsFor.id)}, which is not ready`];
  const generation = Number(valueAt(object.body, 'metadata', 'generation') ?? 0);
  const observed = Number(valueAt(object.body, 'status', 'observedGeneration') ?? -1);
  if (observed < generation) return ['stale', 'Flux has not looked at its newest version'];
  if (stringAt(ready, 'status') === 'False')
    return ['failing', `Flux reports ${statusWord(stringAt(ready, 'reason')) || 'a failure'}`];
  return ageState(object, facts.now) ?? ['running', 'Flux reconciles it'];
}

/** Newer versions of Flux note when they last applied something; older ones leave no such trace. */
function ageState(object: Resource, now: string): readonly [EngineReport['state'], string] | undefined {
  const last = stringAt(arrayAt(object.body, 'status', 'history')[0], 'lastReconciled');
  const interval = goDuration(stringAt(object.body, 'spec', 'interval') ?? '');
  const age = secondsBetween(last, now);
  if (age === undefined || interval === undefined || age <= interval * 3 + 600) return undefined;
  return ['stale', `Flux last applied it at ${last ?? ''}, more than three times its interval ago`];
}

function readyOf(object: Resource): JsonValue | undefined {
  return arrayAt(object.body, 'status', 'conditions').find((condition) => stringAt(condition, 'type') === 'Ready');
}

function isReady(object: Resource | undefined): boolean {
  return object !== undefined && stringAt(readyOf(object), 'status') === 'True';
}
