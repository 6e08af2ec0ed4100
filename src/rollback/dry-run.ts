import { parsePath } from '../resource/field-path.ts';
import { isJsonObject, type JsonValue } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import type { TargetChange } from './drafts/preflight.ts';
import { findPath, valueAtSteps } from './edit/tree-path.ts';
import { applied } from './rendered/place-edits.ts';
import type { ProofResult } from './repair-plan.ts';

/** What the API server says of an object that it is asked about but not given. */
export type DryRunAnswer =
  | { readonly kind: 'accepted' }
  /** `reason` is the server's word for it (`Invalid`, `Conflict`); `message` is its text and may show values of the object. */
  | { readonly kind: 'rejected'; readonly reason: string; readonly message: string }
  /** It could not be asked: no right to, no answer. That says nothing about the object. */
  | { readonly kind: 'unanswered'; readonly why: string };

/** `create`: applied as an object that is not there, or whose live values are not known. `update`: put in the place of the live one. */
export type DryRunVerb = 'create' | 'update';

/** Implemented by the live side where that is a cluster. Never throws but on abort. */
export interface DryRun {
  tryOut(resource: Resource, verb: DryRunVerb, signal: AbortSignal): Promise<DryRunAnswer>;
}

export interface Trial {
  readonly resource: Resource;
  readonly verb: DryRunVerb;
}

/**
 * What the server is asked about: the live object with these fields as Git declares them after the repair. Applying what Git declares
 * would not do: under another manager's name it keeps every list element that the first one owns, and is refused for that.
 */
export function trialOf(declared: Resource, live: Resource | null, changes: readonly TargetChange[]): Trial {
  if (live === null || isSecret(declared.id)) return { resource: declared, verb: 'create' };
  const body = changes.reduce<JsonValue>((tree, { path, target }) => {
    const steps = parsePath(path) ?? [];
    if (steps.length === 0) return tree;
    const found = findPath(declared.body, steps);
    // A list element may be named by a key that Git leaves to its default; then the report knows the element better.
    const said = found.rest.length === 0 ? valueAtSteps(declared.body, found.steps) : target;
    const value = target === undefined ? undefined : said;
    return applied(tree, value === undefined ? { op: 'remove', path: steps } : { op: 'set', path: steps, value });
  }, live.body);
  return { resource: { ...live, body: isJsonObject(body) ? body : live.body }, verb: 'update' };
}

function isSecret({ group, kind }: Resource['id']): boolean {
  return group === '' && kind === 'Secret';
}

export const noCluster: ProofResult = 'skipped: no cluster was asked';

/** Asks what the server would say; the text of its answer is withheld for a Secret, whose values it may quote. */
export async function proveByDryRun(trial: Trial, dryRun: DryRun, signal: AbortSignal): Promise<ProofResult> {
  const answer = await dryRun.tryOut(trial.resource, trial.verb, signal);
  if (answer.kind === 'accepted') return 'ok';
  if (answer.kind === 'unanswered') return `skipped: ${answer.why}`;
  const reason = answer.reason === '' ? 'refused by the API server' : answer.reason;
  if (isSecret(trial.resource.id)) return `failed: ${reason} (the text could show values of the Secret)`;
  return `failed: ${reason}: ${answer.message}`;
}
