import { formatPath } from '../resource/field-path.ts';
import { type JsonValue, valueAt } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { isSopsDocument } from '../resource/sops.ts';
import { attribute, unknownActor } from './attribute/attribute.ts';
import { type Ownership, readOwnership } from './attribute/managed-fields.ts';
import type { ObservedChanges } from './attribute/observed-changes.ts';
import type { Candidate } from './compare/candidate.ts';
import { compareTrees } from './compare/compare-trees.ts';
import { withoutEncrypted, withoutGenerated } from './describe/encrypted.ts';
import { maskerFor } from './describe/mask-values.ts';
import { separatePending } from './describe/pending.ts';
import { notesOf } from './describe/difference-notes.ts';
import type { EncryptedInputs } from './encrypted-inputs.ts';
import { isEnginePaused } from './describe/engine-state.ts';
import { severityOf } from './describe/severity.ts';
import { withoutUnlike } from './describe/unlike-versions.ts';
import type { Actor, Difference, ReasonedPath, ResourceReport, Suppression, Verdict } from './drift-report.ts';
import { normalisedLive, prepare } from './normalise-pair.ts';
import type { SchemaCatalog } from './schema/schema-catalog.ts';
import type { Validation } from './schema/validate.ts';
import { admissionRules } from './subtract/admission.ts';
import { explainReproduced, type TriedObject } from './subtract/admission-reproduced.ts';
import { controllerRules } from './subtract/controllers.ts';
import { explainBookkeeping } from './subtract/engine-bookkeeping.ts';
import type { Explain } from './subtract/explanation.ts';
import type { LiveIndex } from './subtract/live-index.ts';
import { explainNodeTaint } from './subtract/node-fields.ts';
import { programMarks } from './subtract/program-marks.ts';
import { explainRewrite } from './subtract/rewritten-values.ts';
import { explainScale, scalePathOf } from './subtract/scale.ts';
import { standsForSecret } from './subtract/secret-makers.ts';
import { explainServerField } from './subtract/server-fields.ts';
import { subtract } from './subtract/subtract.ts';
import { expiredRuleFor, explainByRules, type IgnoreRule } from './subtract/user-rules.ts';

export interface JudgeContext {
  readonly catalog: SchemaCatalog;
  readonly index: LiveIndex;
  readonly rules: readonly IgnoreRule[];
  /** RFC 3339; decides which rules have expired. */
  readonly now: string;
  /** Paths that two renderings disagreed on, by resource. */
  readonly unstable: ReadonlySet<string>;
  /** What was seen of the object while it changed. */
  readonly observed: ObservedChanges;
  /** What the server makes of the declared object by itself; null where it was not asked. */
  readonly tried: TriedObject | null;
  readonly encrypted: EncryptedInputs;
  /** `formatResourceId` of the resource. */
  readonly key: string;
}

/** The five steps of one resource: match (done by the caller), normalise, subtract, attribute, describe. */
export function judgeResource(
  desired: Resource,
  live: Resource,
  earlier: readonly Resource[],
  context: JudgeContext,
): ResourceReport {
  const prepared = prepare(desired, live.apiVersion, context.catalog, isSopsDocument(live.body));
  const ownership = readOwnership(live.body);
  const liveBody = normalisedLive(live);
  const comparison = compareTrees(prepared.body, liveBody, prepared.type);
  const schema = context.catalog.find(live.apiVersion, live.id.kind);
  const scalePath = scalePathOf(schema?.crd ?? null);
  const readable = prepared.isEncrypted
    ? withoutEncrypted(comparison.candidates, prepared.body)
    : withoutGenerated(comparison.candidates, (candidate) => context.encrypted.explains(candidate, desired));
  const versions = { declared: desired.apiVersion, read: live.apiVersion };
  const alike = withoutUnlike(readable.candidates, prepared.validation, versions);
  const judgeable = withoutInvalid(alike.candidates, alike.validation);
  const remainder = subtract(judgeable.candidates, {
    desired: desired.body,
    live,
    ownership,
    index: context.index,
    rules: rulesFor(scalePath, context),
    tried: context.tried,
  });
  const stable = withoutUnstable(remainder.drift, context.unstable);
  const split = separatePending(stable.candidates, { earlier, live, liveBody, ownership, catalog: context.catalog });
  const differences = split.drift.map((candidate) =>
    describe(candidate, { desired, live, ownership, scalePath, context }),
  );
  const masked = maskerFor(live);
  return report(desired, {
    differences: differences.map(masked.difference),
    suppressions: [...comparison.defaulted.map(defaultSuppression), ...remainder.suppressions].map(masked.suppression),
    pending: split.pending.map(masked.pending),
    invalid: [...alike.validation.invalid, ...judgeable.pruned],
    undetermined: [...readable.undetermined, ...alike.undetermined, ...stable.undetermined],
    notes: resourceNotes({
      comparison: comparison.notes,
      pruned: judgeable.pruned.length > 0,
      differences,
      live,
      context,
    }),
  });
}

function rulesFor(scalePath: string, context: JudgeContext): readonly Explain[] {
  return [
    explainByRules(context.rules, context.now),
    explainServerField,
    explainNodeTaint,
    explainScale(scalePath),
    explainBookkeeping,
    explainReproduced(context.tried),
    ...admissionRules,
    ...controllerRules,
    ...programMarks,
    explainRewrite,
  ];
}

/** A path that can never be accepted is reported as such, not as a difference; so is a declared field that the schema prunes. */
function withoutInvalid(
  candidates: readonly Candidate[],
  validation: Validation,
): { candidates: Candidate[]; pruned: ReasonedPath[] } {
  const kept: Candidate[] = [];
  const pruned: ReasonedPath[] = [];
  for (const candidate of candidates) {
    const text = formatPath(candidate.path);
    if (
      validation.invalid.some(
        ({ path }) =>
          path !== '' &&
          (text === path ||
            text.startsWith(`${path}.`) ||
            text.startsWith(`${path}[`) ||
            path.startsWith(`${text}.`) ||
            path.startsWith(`${text}[`)),
      )
    )
      continue;
    if (candidate.change === 'removed' && validation.unknown.has(text))
      pruned.push({ path: text, reason: 'the schema has no such field: the server drops or refuses it' });
    else kept.push(candidate);
  }
  return { candidates: kept, pruned };
}

function withoutUnstable(
  candidates: readonly Candidate[],
  unstable: ReadonlySet<string>,
): { candidates: Candidate[]; undetermined: ReasonedPath[] } {
  if (unstable.size === 0) return { candidates: [...candidates], undetermined: [] };
  const kept: Candidate[] = [];
  const undetermined: ReasonedPath[] = [];
  for (const candidate of candidates) {
    const path = formatPath(candidate.path);
    if (unstable.has(path)) undetermined.push({ path, reason: 'two renderings of the same revision disagree here' });
    else kept.push(candidate);
  }
  return { candidates: kept, undetermined };
}

interface DescribeContext {
  readonly desired: Resource;
  readonly live: Resource;
  readonly ownership: Ownership;
  readonly scalePath: string;
  readonly context: JudgeContext;
}

function describe(candidate: Candidate, at: DescribeContext): Difference {
  const path = formatPath(candidate.path);
  const { observed, key } = at.context;
  const actor: Actor = observed.actor(key, path) ?? authorOf(candidate, at);
  const notes = [
    ...notesOf({
      text: path,
      candidate,
      actor,
      live: at.live,
      desired: at.desired.body,
      originFile: at.desired.origin?.file ?? null,
      scalePath: at.scalePath,
    }),
  ];
  if (expiredRuleFor(at.context.rules, at.context.now, at.live.id, path) !== undefined) notes.push('rule-expired');
  const fighters = observed.fighters(key, path, at.context.now);
  if (fighters.length > 0) notes.push('fight', `fighters: ${fighters.join(', ')}`);
  return {
    path,
    change: candidate.change,
    desired: candidate.desired ?? null,
    live: candidate.live ?? null,
    severity: severityOf(candidate, path, at.live),
    actor,
    origin: candidate.change === 'added' ? null : at.desired.origin,
    notes,
  };
}

/** The order of a keyed list is owned by nobody: its elements are. */
function authorOf(candidate: Candidate, { ownership, scalePath }: DescribeContext): Actor {
  const orderOfKeyed =
    candidate.notes.includes('order-significant') &&
    candidate.type.kind === 'list' &&
    candidate.type.listType === 'map';
  if (orderOfKeyed) return unknownActor('nobody owns the order of a keyed list');
  const actor = attribute(ownership, candidate.path, candidate.change);
  return actor.class === 'admission-suspected' && formatPath(candidate.path) === scalePath
    ? unknownActor('scaling leaves no owner where nobody owned the field before')
    : actor;
}

function defaultSuppression(field: { readonly path: Candidate['path']; readonly live: JsonValue }): Suppression {
  return {
    path: formatPath(field.path),
    class: 'default',
    reason: 'default of the server',
    desired: null,
    live: field.live,
    confidence: 'high',
  };
}

function resourceNotes(of: {
  comparison: ReadonlySet<string>;
  pruned: boolean;
  differences: readonly Difference[];
  live: Resource;
  context: JudgeContext;
}): string[] {
  const notes = [...of.comparison];
  if (of.pruned) notes.push('pruned');
  if (standsForSecret(of.live.id)) notes.push('values-unseen');
  if (valueAt(of.live.body, 'metadata', 'deletionTimestamp') !== undefined) notes.push('terminating');
  if (of.context.observed.wasRecreated(of.context.key)) notes.push('recreated');
  const adopted = of.live.body['metadata'];
  if (typeof adopted === 'object' && adopted !== null && 'ownerReferences' in adopted) notes.push('adopted');
  if (of.differences.length > 0 && isEnginePaused(of.live, of.context.index)) notes.push('engine-paused');
  return notes;
}

type Lists = Pick<ResourceReport, 'differences' | 'suppressions' | 'pending' | 'invalid' | 'undetermined' | 'notes'>;

export function report(desired: Resource, lists: Lists): ResourceReport {
  const { namespace, name, kind } = desired.id;
  return {
    apiVersion: desired.apiVersion,
    kind,
    namespace,
    name,
    verdict: verdictOf(lists),
    drift: lists.differences.length > 0 ? 'changed' : null,
    ...lists,
  };
}

function verdictOf(lists: Lists): Verdict {
  if (lists.differences.length > 0) return 'drifted';
  if (lists.invalid.length > 0) return 'invalid';
  if (lists.undetermined.length > 0) return 'undetermined';
  return lists.pending.length > 0 ? 'pending' : 'in-sync';
}
