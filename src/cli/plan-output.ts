import type { ProposalAnswer } from '../app-ports.ts';
import type { RepairPlan, RepairProof, Repair } from '../rollback/repair-plan.ts';
import type { CliContext } from './cli-context.ts';
import { createPaint, type Paint } from './paint.ts';
import { printable } from './printable.ts';

const repairWords: Readonly<Record<Repair, string>> = {
  restore: 'restore: Git is right, the cluster goes back to it',
  adopt: 'adopt: the live change is right, Git takes it over',
  revert: 'revert: Git is bad, it goes back to what was good',
  'split-brain': 'split brain: a controller rolled back, Git still says the bad version',
  'bot-fight': 'bot fight: two writers undo each other',
};

/** A plan for people: what, why, how sure, and the change itself. */
export function formatPlan(plan: RepairPlan, { colour }: Pick<CliContext, 'colour'>): string {
  const paint = createPaint(colour);
  const lines = [
    paint.strong(printable(plan.title)),
    `  ${paint.strong('repair')}    ${repairWords[plan.repair]}`,
    `  ${paint.strong('advice')}    ${advice(plan, paint)}`,
    ...plan.reasons.map((reason) => `            ${printable(reason)}`),
    `  ${paint.strong('proof')}     ${proof(plan.proof)}`,
  ];
  if (plan.refused !== null) {
    const { code, why, remedy } = plan.refused;
    lines.push(`  ${paint.strong('refused')}   ${printable(`${code}: ${why}. ${remedy}`)}`);
  }
  lines.push(`  ${paint.strong('branch')}    ${printable(plan.branch)}`);
  const patches = plan.edits.map(({ patch }) => paintPatch(patch, paint));
  return `${lines.join('\n')}\n${patches.length === 0 ? '' : `\n${patches.join('')}`}`;
}

/** What became of a proposal, and how to look at it. */
export function formatProposal(answer: ProposalAnswer, { colour }: Pick<CliContext, 'colour'>): string {
  const paint = createPaint(colour);
  const outcomes = {
    opened: 'Opened',
    updated: 'Updated',
    'already-open': 'Already open',
    merged: 'Already merged',
  } as const;
  return [
    `${outcomes[answer.outcome]}: ${paint.strong(printable(answer.title))}`,
    `  branch  ${printable(answer.branch)}`,
    `  look    ${printable(answer.link)}`,
    '',
  ].join('\n');
}

function advice(plan: RepairPlan, paint: Paint): string {
  if (plan.recommendation === 'go') return paint.added('go');
  return plan.recommendation === 'hold' ? paint.severity('medium', 'hold') : paint.severity('high', 'no-go');
}

function proof({ reparse, render, dryRun, preflight }: RepairProof): string {
  const failed = preflight.filter(({ result }) => result === 'fail' || result === 'warn');
  const checks = `${preflight.length} preflight checks${failed.length === 0 ? '' : `, ${failed.length} with a concern`}`;
  return printable(`read again ${reparse}, rendered ${render}, dry run ${dryRun}, ${checks}`);
}

/** A unified diff with colours; its text is for people here, so control characters of the manifest are escaped. */
function paintPatch(patch: string, paint: Paint): string {
  return patch
    .split('\n')
    .map((line) => {
      const text = printable(line, true);
      if (/^(?:diff|---|\+\+\+)/.test(line)) return paint.strong(text);
      if (line.startsWith('@@')) return paint.place(text);
      if (line.startsWith('-')) return paint.removed(text);
      return line.startsWith('+') ? paint.added(text) : text;
    })
    .join('\n');
}
