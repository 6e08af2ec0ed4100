import type { ResourceReport } from '../drift/drift-report.ts';
import { isJsonObject, type JsonValue } from '../resource/json.ts';
import { type ResourceId, formatResourceId, groupOf } from '../resource/resource-id.ts';
import { chooseRepair, type RepairChoice } from './drafts/choose-repair.ts';
import { branchName, fingerprintOf } from './fingerprint.ts';
import { adoptIntent } from './drafts/adopt-intent.ts';
import { botFightDraft } from './drafts/bot-fight-draft.ts';
import { plainDraft } from './drafts/plain-draft.ts';
import { renderedDraft } from './drafts/rendered-draft.ts';
import { type DryRun, noCluster, proveByDryRun, trialOf } from './dry-run.ts';
import { applied } from './rendered/place-edits.ts';
import type { RenderedSource } from './rendered/rendered-source.ts';
import { restoreDraft } from './drafts/restore-draft.ts';
import { revertIntent } from './drafts/revert-intent.ts';
import type { RepairIntent } from './drafts/repair-intent.ts';
import { type RepairDraft, refusedDraft } from './drafts/repair-draft.ts';
import type { RepairRequest } from './repair-request.ts';
import { preflight } from './drafts/preflight.ts';
import { pullRequestBody, type PullRequestFacts, pullRequestTitle } from './text/pull-request-text.ts';
import type {
  FileChange,
  PlannedRepair,
  ProofResult,
  Recommendation,
  Repair,
  RepairProof,
  RepairRefusal,
} from './repair-plan.ts';
import { unifiedDiff } from './text/unified-diff.ts';
import { commitMessage } from './text/commit-message.ts';

/**
 * Decides how to put one object right, and proves the edit by reading it again. What cannot be proved is refused with its name.
 * Objects that come out of a renderer need `planProvedRepair`; edits of them are refused here.
 */
export function planRepair(request: RepairRequest): PlannedRepair {
  const choice = choiceFor(request);
  const draft = draftOf(request, choice.repair, intentOf(choice.repair, request));
  return completePlan(request, choice, draft, noCluster);
}

function draftOf(request: RepairRequest, repair: Repair, intent: RepairIntent | undefined): RepairDraft {
  if (intent === undefined) return draftWithoutEdit(repair, request);
  if (request.rendering === 'plain' || intent.kind === 'refused') return plainDraft(request, intent);
  return refusedDraft(intent.changes, cannotRender(request));
}

/** Who else is asked. Null: not there. */
export interface Provers {
  /** The source of an object that Kustomize or Helm renders: each edit is placed, rendered by the real tool, and compared. */
  readonly rendered: RenderedSource | null;
  /** The API server. */
  readonly dryRun: DryRun | null;
}

/** The same with the proofs that take a renderer or an API server. */
export async function planProvedRepair(
  request: RepairRequest,
  { rendered, dryRun }: Provers,
  signal: AbortSignal,
): Promise<PlannedRepair> {
  const choice = choiceFor(request);
  const intent = intentOf(choice.repair, request);
  const draft =
    rendered === null || intent === undefined || intent.kind === 'refused'
      ? draftOf(request, choice.repair, intent)
      : await renderedDraft(request, intent, rendered, signal);
  const tried = dryRun === null ? noCluster : await tryOut({ request, draft, intent }, dryRun, signal);
  return completePlan(request, choice, draft, tried);
}

interface Drafted {
  readonly request: RepairRequest;
  readonly draft: RepairDraft;
  readonly intent: RepairIntent | undefined;
}

/** The object as Git declares it after the repair, held up to the server. */
async function tryOut(drafted: Drafted, dryRun: DryRun, signal: AbortSignal): Promise<ProofResult> {
  const { request, draft, intent } = drafted;
  if (draft.refused !== null) return `skipped: ${draft.refused.code}`;
  const { desired, live } = request;
  if (desired === null) return 'skipped: Git does not declare the object afterwards';
  const edits = intent?.kind === 'edits' ? intent.edits : [];
  const body = edits.reduce<JsonValue>(applied, desired.body);
  if (!isJsonObject(body)) return 'skipped: Git does not declare the object afterwards';
  // Of what can never be accepted the report has no differences: it has to be held up as it stands.
  const base = request.report.invalid.length === 0 ? live : null;
  return await proveByDryRun(trialOf({ ...desired, body }, base, draft.changes), dryRun, signal);
}

function cannotRender({ rendering }: RepairRequest): RepairRefusal {
  return {
    code: 'rendered',
    why: `the object comes out of ${rendering}, which could not be asked`,
    remedy: 'Edit the overlay or the values by hand, or restore',
  };
}

function choiceFor({ report, sanctionedManagers, wanted }: RepairRequest): RepairChoice {
  return chooseRepair(report, wanted === undefined ? { sanctionedManagers } : { sanctionedManagers, wanted });
}

/** Gives a drafted repair its name, its checks and its text. */
function completePlan(
  request: RepairRequest,
  choice: RepairChoice,
  draft: RepairDraft,
  dryRun: ProofResult,
): PlannedRepair {
  const { report } = request;
  const object = formatResourceId(idOf(report));
  const targets = draft.changes.map(({ path, target }) => ({ path, value: target }));
  const fingerprint = fingerprintOf({ object, repair: choice.repair, targets }, request.hash);
  const files = draft.write({ object, fingerprint, reasons: choice.reasons });
  const proof = { ...proofOf(choice.repair, draft, request), dryRun };
  const concerns = proof.preflight.filter(({ result }) => result === 'fail' || result === 'warn');
  const facts: PullRequestFacts = {
    repair: choice.repair,
    report,
    object,
    fingerprint,
    base: request.base,
    cluster: request.cluster,
    recommendation: recommend(choice.confidence, draft.refused !== null, proof),
    reasons: [...choice.reasons, ...concerns.map(({ why }) => why)],
    proof,
    refused: draft.refused,
    blastRadius: request.blastRadius,
    changes: draft.changes,
    files: files.map(({ file }) => file),
    target: draft.target,
  };
  return planned(facts, files, draft);
}

function planned(facts: PullRequestFacts, files: readonly FileChange[], draft: RepairDraft): PlannedRepair {
  const { repair, object, fingerprint, base, proof, recommendation, reasons, refused, blastRadius } = facts;
  return {
    plan: {
      apiVersion: 'mooring.dev/v1',
      kind: 'RepairPlan',
      repair,
      object,
      fingerprint,
      base,
      branch: branchName(repair, fingerprint),
      edits: files.map((change) => ({ file: change.file, patch: unifiedDiff(change, draft.context) })),
      proof,
      recommendation,
      reasons,
      refused,
      blastRadius,
      title: pullRequestTitle(facts),
      body: pullRequestBody(facts),
    },
    files,
    commitMessage: commitMessage(facts),
  };
}

/** What the repair wants of the object, where it wants anything of it at all. */
function intentOf(repair: Repair, request: RepairRequest): RepairIntent | undefined {
  if (repair === 'adopt') return adoptIntent(request);
  return repair === 'revert' || repair === 'split-brain' ? revertIntent(request) : undefined;
}

function draftWithoutEdit(repair: Repair, { report, base }: RepairRequest): RepairDraft {
  return repair === 'bot-fight' ? botFightDraft(report) : restoreDraft(report, base);
}

/** Plain files are their own rendering: the exact edit of one document leaves every other object as it was. A drafted edit of a rendered object has been rendered. */
function proofOf(repair: Repair, draft: RepairDraft, request: RepairRequest): Omit<RepairProof, 'dryRun'> {
  const { refused } = draft;
  return {
    reparse: refused === null ? 'ok' : `skipped: ${refused.code}`,
    render: refused === null ? 'ok' : `skipped: ${refused.code}`,
    preflight: preflight({ repair, report: request.report, changes: draft.changes }),
  };
}

function recommend(confidence: Recommendation, refused: boolean, proof: RepairProof): Recommendation {
  const results = new Set(proof.preflight.map(({ result }) => result));
  const failed = results.has('fail') || proof.dryRun.startsWith('failed');
  if (refused || failed || confidence === 'no-go') return 'no-go';
  return confidence === 'go' && proof.render === 'ok' && !results.has('warn') ? 'go' : 'hold';
}

function idOf(report: ResourceReport): ResourceId {
  return { group: groupOf(report.apiVersion), kind: report.kind, namespace: report.namespace, name: report.name };
}
