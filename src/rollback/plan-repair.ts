import type { ResourceReport } from '../drift/drift-report.ts';
import { type ResourceId, formatResourceId, groupOf } from '../resource/resource-id.ts';
import { chooseRepair } from './choose-repair.ts';
import { branchName, fingerprintOf } from './fingerprint.ts';
import { draftAdopt } from './draft-adopt.ts';
import { draftBotFight } from './draft-bot-fight.ts';
import { draftRestore } from './draft-restore.ts';
import { draftRevert } from './draft-revert.ts';
import type { RepairDraft } from './repair-draft.ts';
import type { RepairRequest } from './repair-request.ts';
import { preflight } from './preflight.ts';
import { pullRequestBody, type PullRequestFacts, pullRequestTitle } from './pull-request-text.ts';
import type { FileChange, PlannedRepair, ProofResult, Recommendation, Repair, RepairProof } from './repair-plan.ts';
import { unifiedDiff } from './unified-diff.ts';
import { commitMessage } from './commit-message.ts';

/** Decides how to put one object right, and proves the edit by reading it again. What cannot be proved is refused with its name. */
export function planRepair(request: RepairRequest): PlannedRepair {
  const { report, sanctionedManagers, wanted } = request;
  const choice = chooseRepair(report, wanted === undefined ? { sanctionedManagers } : { sanctionedManagers, wanted });
  const object = formatResourceId(idOf(report));
  const draft = draftFor(choice.repair, request);
  const targets = draft.changes.map(({ path, target }) => ({ path, value: target }));
  const fingerprint = fingerprintOf({ object, repair: choice.repair, targets }, request.hash);
  const files = draft.write({ object, fingerprint, reasons: choice.reasons });
  const proof = proofOf(choice.repair, draft, request);
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

function draftFor(repair: Repair, request: RepairRequest): RepairDraft {
  switch (repair) {
    case 'restore':
      return draftRestore(request.report, request.base);
    case 'adopt':
      return draftAdopt(request);
    case 'revert':
    case 'split-brain':
      return draftRevert(request);
    case 'bot-fight':
      return draftBotFight(request.report);
  }
}

/** Plain files are their own rendering: the exact edit of one document leaves every other object as it was. */
function proofOf(repair: Repair, draft: RepairDraft, request: RepairRequest): RepairProof {
  const { refused } = draft;
  const rendered: ProofResult =
    repair === 'restore' || request.rendering === 'plain' ? 'ok' : 'skipped: not rendered yet';
  return {
    reparse: refused === null ? 'ok' : `skipped: ${refused.code}`,
    render: refused === null ? rendered : `skipped: ${refused.code}`,
    dryRun: 'skipped: no cluster was asked',
    preflight: preflight({ repair, report: request.report, changes: draft.changes }),
  };
}

function recommend(confidence: Recommendation, refused: boolean, proof: RepairProof): Recommendation {
  const results = new Set(proof.preflight.map(({ result }) => result));
  if (refused || results.has('fail') || confidence === 'no-go') return 'no-go';
  return confidence === 'go' && proof.render === 'ok' && !results.has('warn') ? 'go' : 'hold';
}

function idOf(report: ResourceReport): ResourceId {
  return { group: groupOf(report.apiVersion), kind: report.kind, namespace: report.namespace, name: report.name };
}
