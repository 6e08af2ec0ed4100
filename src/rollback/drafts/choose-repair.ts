import type { ActorClass, Difference, ResourceReport } from '../../drift/drift-report.ts';
import type { Recommendation, Repair } from '../repair-plan.ts';

export interface RepairChoice {
  readonly repair: Repair;
  /** Never better than what the evidence allows; proof and preflight may lower it further. */
  readonly confidence: Recommendation;
  readonly reasons: readonly string[];
}

export interface ChoiceEvidence {
  /** Managers whose live changes the team has sanctioned (break-glass tooling, a deploy pipeline that writes to the cluster). */
  readonly sanctionedManagers: readonly string[];
  /** Asked for by a person; the evidence is argued all the same. */
  readonly wanted?: Repair;
}

type Leaning = 'restore' | 'adopt' | 'bot-fight';

/** What each class of actor speaks for: Git is the agreed truth, so a live edit has to earn its way in. */
const leaningOf: Readonly<Record<ActorClass, Leaning>> = {
  human: 'restore',
  'human-operational': 'restore',
  'human-or-ci': 'restore',
  ci: 'adopt',
  gitops: 'bot-fight',
  controller: 'bot-fight',
  platform: 'bot-fight',
  'admission-suspected': 'bot-fight',
  suspicious: 'restore',
  unknown: 'restore',
};

const argumentOf: Readonly<Record<ActorClass, string>> = {
  human: 'a person edited the live object outside Git',
  'human-operational': 'a person operated on the live object',
  'human-or-ci': 'a person or a pipeline edited the live object outside Git',
  ci: 'a pipeline deployed past Git, so the live value was released on purpose',
  gitops: 'a delivery engine wrote it, so two sources of truth may disagree',
  controller: 'a controller wrote it and would write it again',
  platform: 'the platform wrote it and would write it again',
  'admission-suspected': 'an admission webhook seems to write it on every apply',
  suspicious: 'a known name did something it never does, which must not enter Git',
  unknown: 'nobody can be named, so Git stays the truth',
};

/** Chooses between restore, adopt and revert, and says why. A person's wish wins; what speaks against it is said. */
export function chooseRepair(report: ResourceReport, evidence: ChoiceEvidence): RepairChoice {
  const argued = argue(report, evidence);
  const { wanted } = evidence;
  if (wanted === undefined || wanted === argued.repair) return argued;
  if (argued.confidence === 'no-go') {
    return { repair: wanted, confidence: 'hold', reasons: [`${wanted} was asked for`, ...argued.reasons] };
  }
  const against = argued.reasons.map((reason) => `speaks for ${argued.repair}: ${reason}`);
  return { repair: wanted, confidence: 'hold', reasons: [`${wanted} was asked for`, ...against] };
}

function argue(report: ResourceReport, evidence: ChoiceEvidence): RepairChoice {
  if (report.verdict === 'invalid') {
    return { repair: 'revert', confidence: 'hold', reasons: ['the API server can never accept what Git says'] };
  }
  if (report.verdict === 'pending') {
    return {
      repair: 'revert',
      confidence: 'hold',
      reasons: ['live equals an earlier revision: a rollout may still be under way'],
    };
  }
  if (report.drift === 'missing' || report.drift === 'extra') return argueWhole(report);
  return argueFields(report.differences, evidence);
}

function argueWhole(report: ResourceReport): RepairChoice {
  const who = report.actor?.manager ?? 'nobody that can be named';
  const what = report.drift === 'missing' ? 'was deleted from the cluster' : 'exists in the cluster only';
  return { repair: 'restore', confidence: 'hold', reasons: [`the object ${what} (${who}); Git is the agreed truth`] };
}

function argueFields(differences: readonly Difference[], evidence: ChoiceEvidence): RepairChoice {
  const leanings = new Set(differences.map((difference) => leaning(difference, evidence)));
  const reasons = [...new Set(differences.map((difference) => argument(difference, evidence)))];
  const [only] = leanings;
  if (only === undefined)
    return { repair: 'restore', confidence: 'no-go', reasons: ['nothing differs between Git and live'] };
  if (leanings.size > 1) {
    return {
      repair: 'restore',
      confidence: 'hold',
      reasons: ['the fields were changed by different kinds of actors', ...reasons],
    };
  }
  const sure = differences.every(({ actor }) => actor.confidence !== 'low' && actor.class !== 'unknown');
  if (only === 'bot-fight') return { repair: 'bot-fight', confidence: 'hold', reasons };
  return {
    repair: only,
    confidence: sure ? 'go' : 'hold',
    reasons: sure ? reasons : [...reasons, 'the actor is not certain'],
  };
}

function leaning(difference: Difference, evidence: ChoiceEvidence): Leaning {
  return isSanctioned(difference, evidence) ? 'adopt' : leaningOf[difference.actor.class];
}

function argument(difference: Difference, evidence: ChoiceEvidence): string {
  const { manager, class: actorClass } = difference.actor;
  const why = isSanctioned(difference, evidence) ? 'its live changes are sanctioned' : argumentOf[actorClass];
  return manager === null ? why : `${manager}: ${why}`;
}

function isSanctioned({ actor }: Difference, evidence: ChoiceEvidence): boolean {
  return actor.manager !== null && actor.class !== 'suspicious' && evidence.sanctionedManagers.includes(actor.manager);
}
