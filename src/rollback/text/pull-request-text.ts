import type { Difference, ResourceReport } from '../../drift/drift-report.ts';
import { arrayAt, formatJson, type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import { code, plain, prose } from './foreign-text.ts';
import { formatMachineBlock } from './machine-block.ts';
import type { PreflightCheck, Recommendation, Repair, RepairProof, RepairRefusal } from '../repair-plan.ts';
import type { TargetChange } from '../drafts/preflight.ts';
import { showActor, showMoment } from './show-actor.ts';

export interface PullRequestFacts {
  readonly repair: Repair;
  readonly report: ResourceReport;
  /** `apps/Deployment/shop/web`. */
  readonly object: string;
  readonly fingerprint: string;
  readonly base: string | null;
  readonly cluster: string | null;
  readonly recommendation: Recommendation;
  readonly reasons: readonly string[];
  readonly proof: RepairProof;
  readonly refused: RepairRefusal | null;
  readonly blastRadius: JsonValue | null;
  readonly changes: readonly TargetChange[];
  readonly files: readonly string[];
  /** Of a revert: the commit gone back to and since when it was good. */
  readonly target: { readonly revision: string; readonly committedAt: string; readonly why: string } | null;
}

/** "Adopt live spec.replicas of Deployment shop/web". One line, nothing a forge acts on. */
export function pullRequestTitle(facts: PullRequestFacts): string {
  const object = plain(`${facts.report.kind} ${objectName(facts.report)}`, 90);
  const [first, ...others] = facts.report.differences;
  const fields =
    first === undefined
      ? ''
      : others.length === 0
        ? `${plain(lastPart(first.path), 40)} of `
        : `${others.length + 1} fields of `;
  switch (facts.repair) {
    case 'restore':
      return `Restore ${fields}${object} to what Git says`;
    case 'adopt':
      return `Adopt ${fields}${object} into Git as live`;
    case 'revert':
      return `Take ${object} back to ${facts.target?.revision.slice(0, 10) ?? 'an earlier revision'}`;
    case 'split-brain':
      return `Let Git follow the rollback of ${object}`;
    case 'bot-fight':
      return `Stop two writers of ${fields}${object}`;
  }
}

/** The body in the order a reviewer asks: what, verdict, fields, cause, reach, checks, limits, afterwards, controls. */
export function pullRequestBody(facts: PullRequestFacts): string {
  const sections = [
    [summary(facts)],
    verdict(facts),
    facts.report.differences.length > 0 ? fieldTable(facts.report) : changeTable(facts.changes),
    cause(facts),
    blastRadiusText(facts.blastRadius),
    checks(facts),
    limits(facts),
    afterwards(facts),
    [formatMachineBlock(facts)],
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function summary({ repair, report, cluster, target, files, refused }: PullRequestFacts): string {
  const object = code(`${report.kind} ${objectName(report)}`);
  const where = cluster === null ? '' : ` in cluster ${code(cluster)}`;
  if (refused !== null)
    return `Nothing is proposed for ${object}${where}: ${prose(refused.why)}. ${prose(refused.remedy)}.`;
  switch (repair) {
    case 'restore':
      return `Merging this approves putting the live ${object}${where} back to what Git says. No manifest changes.`;
    case 'adopt':
      return `Merging this writes what is live on ${object}${where} into Git, in ${files.map((file) => code(file)).join(', ')}. Nothing changes in the cluster.`;
    case 'revert':
    case 'split-brain':
      return `Merging this takes ${object}${where} back to what it was at ${code(target?.revision.slice(0, 10) ?? 'an earlier revision')}, field by field. The cluster follows when it is synchronised.`;
    case 'bot-fight':
      return `Two writers keep undoing each other on ${object}${where}.`;
  }
}

function verdict(facts: PullRequestFacts): readonly string[] {
  const words = { go: 'go', hold: 'hold: look before you merge', 'no-go': 'no-go: do not merge' } as const;
  const reversible = facts.repair === 'restore' && facts.report.drift !== 'changed' ? 'no' : 'yes';
  return [
    `**${facts.repair}** · ${words[facts.recommendation]} · reversible: ${reversible}`,
    '',
    ...facts.reasons.map((reason) => `- ${prose(reason)}`),
  ];
}

function fieldTable({ differences }: ResourceReport): readonly string[] {
  if (differences.length === 0) return [];
  const shown = differences.slice(0, 20);
  const rest = differences.length - shown.length;
  return [
    '| field | Git | live | declared in |',
    '|---|---|---|---|',
    ...shown.map(
      (difference) =>
        `| ${code(difference.path)} | ${side(difference, 'desired')} | ${side(difference, 'live')} | ${place(difference)} |`,
    ),
    ...(rest === 0 ? [] : ['', `and ${rest} more fields, all in the diff.`]),
  ];
}

function changeTable(changes: readonly TargetChange[]): readonly string[] {
  const fields = changes.filter(({ path }) => path !== '');
  if (fields.length === 0) return [];
  const show = (value: JsonValue | undefined): string => (value === undefined ? 'absent' : shown(value));
  const rows = fields.slice(0, 20).map(({ path, git, live, target }) => {
    return `| ${code(path)} | ${show(git)} | ${show(live)} | ${show(target)} |`;
  });
  const rest = fields.length - rows.length;
  const more = rest === 0 ? [] : ['', `and ${rest} more fields, all in the diff.`];
  return ['| field | Git now | live | proposed |', '|---|---|---|---|', ...rows, ...more];
}

function shown(value: JsonValue): string {
  return code(typeof value === 'string' ? value : formatJson(value), 80);
}

function side(difference: Difference, which: 'desired' | 'live'): string {
  const absent = which === 'desired' ? difference.change === 'added' : difference.change === 'removed';
  const value = difference[which];
  return absent ? 'absent' : shown(value);
}

function place({ origin }: Difference): string {
  return origin === null ? 'nowhere' : code(`${origin.file}:${origin.line}`);
}

function cause({ report, base, target }: PullRequestFacts): readonly string[] {
  const actors = report.differences.map(({ path, actor }) => ({ path, actor }));
  if (report.actor !== undefined) actors.unshift({ path: 'the object', actor: report.actor });
  const lines = actors.slice(0, 20).map(({ path, actor }) => {
    return `- ${code(path)}: ${code(showActor(actor))}, ${prose(showMoment(actor))}, confidence ${actor.confidence}: ${prose(actor.why, 200)}`;
  });
  if (target !== null)
    lines.push(
      `- last known good: ${code(target.revision)} of ${prose(target.committedAt)}: ${prose(target.why, 200)}`,
    );
  lines.push(`- planned on ${base === null ? 'a directory without commits' : code(base)}`);
  return ['### Cause', '', ...lines];
}

function blastRadiusText(radius: JsonValue | null): readonly string[] {
  const head = ['### What hangs on it', ''];
  if (radius === null) return [...head, 'Not computed.'];
  const affected = arrayAt(radius, 'affected');
  if (affected.length === 0) return [...head, 'Nothing that Mooring can see.'];
  const lines = affected.slice(0, 10).map((item) => {
    const probability = valueAt(item, 'probability');
    const chance = typeof probability === 'number' ? `, ${Math.round(probability * 100)} %` : '';
    return `- ${code(stringAt(item, 'id') ?? 'unnamed')}: ${code(stringAt(item, 'effect') ?? 'may be affected')}${chance}`;
  });
  const rest = affected.length - lines.length;
  return [...head, ...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])];
}

function checks({ proof, repair }: PullRequestFacts): readonly string[] {
  const rows: readonly PreflightCheck[] = [
    proofRow(
      'reparse',
      proof.reparse,
      repair === 'restore' ? 'no manifest is edited' : 'the edited files read back as exactly the intended change',
    ),
    proofRow('render', proof.render, 'every other object stays the same'),
    proofRow('dry-run', proof.dryRun, 'the API server accepts the result'),
    ...proof.preflight,
  ];
  return [
    '### Checks',
    '',
    '| check | result | |',
    '|---|---|---|',
    ...rows.map(({ check, result, why }) => `| ${check} | ${result} | ${prose(why, 200)} |`),
  ];
}

function proofRow(check: string, result: string, whenOk: string): PreflightCheck {
  if (result === 'ok') return { check, result: 'pass', why: whenOk };
  const why = result.slice(result.indexOf(':') + 2);
  return { check, result: result.startsWith('failed') ? 'fail' : 'not-possible', why };
}

function limits({ repair }: PullRequestFacts): readonly string[] {
  const what = {
    restore: 'Work that depended on the live edit, and anything that happened because of it.',
    adopt: 'The reason for the live edit: if it was a workaround, the cause is still there.',
    revert: 'Migrations of data, deleted data, rotated secrets and anything outside the cluster.',
    'split-brain': 'Whatever made the rollout fail.',
    'bot-fight': 'The configuration of the other writer.',
  } as const;
  return ['### What this does not undo', '', what[repair]];
}

function afterwards({ repair }: PullRequestFacts): readonly string[] {
  const other = {
    restore: 'adopt',
    adopt: 'restore',
    revert: 'restore',
    'split-brain': 'restore',
    'bot-fight': 'adopt',
  } as const;
  return [
    '### Afterwards',
    '',
    '- Mooring watches the object and says whether it settled. It never rolls back a second time by itself.',
    '- Revert the merge commit to undo this.',
    `- The other direction: \`mooring rollback propose --repair ${other[repair]}\` for the same object.`,
    '- Close this to leave things as they are: the same change is not proposed again.',
  ];
}

function objectName(report: ResourceReport): string {
  return report.namespace === '' ? report.name : `${report.namespace}/${report.name}`;
}

function lastPart(path: string): string {
  return path.length <= 40 ? path : `…${path.slice(-39)}`;
}
