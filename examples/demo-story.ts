import { describeActor, describeSince } from '../src/cli/describe-actor.ts';
import type { Paint } from '../src/cli/paint.ts';
import { showValue } from '../src/cli/show-value.ts';
import type { Difference } from '../src/drift/drift-report.ts';
import type { EpisodeDecision } from '../src/incidents/decide-episodes.ts';
import type { ProposalOutcome, Round } from '../src/loop/round.ts';
import { describeResourceId, formatResourceId, parseResourceId } from '../src/resource/resource-id.ts';
import type { Judgement } from '../src/severity/judgement.ts';
import type { DemoPlace } from './demo-place.ts';
import { git } from './git.ts';

/** How wide a line may be, and how it may be painted. */
export interface Page {
  readonly paint: Paint;
  readonly width: number;
}

const indent = ' '.repeat(12);

export function heading(title: string, { paint, width }: Page): string {
  return `\n${paint.strong(title)} ${paint.faint('─'.repeat(Math.max(3, Math.min(width, 100) - title.length - 1)))}\n`;
}

/** What drifted at which path, who did it, since when; the worst first. */
export function tellDrift(round: Round, page: Page): string {
  const { summary } = round.report;
  const judgements = byScore(round.judgements);
  const now = round.finishedAt.toISOString();
  const explained = `${summary.suppressions} other differences are somebody's good right (defaults, the autoscaler, controllers)`;
  const head = `${summary.drifted} of ${summary.resources} resources drifted. ${explained}.\n`;
  return `${head}\n${judgements.map((judgement) => tellJudgement(judgement, now, page)).join('\n')}`;
}

function tellJudgement({ id, level, report }: Judgement, now: string, page: Page): string {
  const { paint } = page;
  const label = `  ${paint.severity(level, level.toUpperCase().padEnd(8))}  `;
  const name = paint.strong(describeResourceId(id));
  if (report.drift === 'missing' || report.drift === 'extra') {
    const origin = report.origin ?? null;
    const what =
      report.drift === 'missing'
        ? 'is gone: declared in Git, absent in the cluster'
        : 'is extra: in the cluster, not in Git';
    const place = origin === null ? '' : paint.place(`  ${origin.file}:${origin.line}`);
    const who =
      report.actor === undefined || report.actor.manager === null
        ? []
        : [`by ${describeActor(report.actor)}, ${describeSince(report.actor, now)}`];
    return [`${label}${name} ${what}${place}`, ...who.map((line) => indent + paint.faint(line)), ''].join('\n');
  }
  return `${label}${name}\n${report.differences.map((difference) => tellDifference(difference, now, page)).join('')}`;
}

function tellDifference(difference: Difference, now: string, { paint, width }: Page): string {
  const room = Math.max(20, Math.floor((width - 20) / 2));
  const [desired, live] = [showValue(difference.desired, room), showValue(difference.live, room)];
  const place = difference.origin === null ? '' : paint.place(`  ${difference.origin.file}:${difference.origin.line}`);
  return [
    `${indent}${difference.path}${place}`,
    `${indent}${paint.removed(desired)} → ${paint.added(live)}`,
    `${indent}${paint.faint(`by ${describeActor(difference.actor)}, ${describeSince(difference.actor, now)}`)}`,
    '',
  ].join('\n');
}

/** What each drift puts at risk, where the graph knows somebody who depends on it. */
export function tellRisk(judgements: readonly Judgement[], { paint }: Page): string {
  const lines = byScore(judgements).flatMap(({ id, impact }) => {
    if (impact === null || impact.affected.length === 0) return [];
    const affected = impact.affected
      .filter((each) => !impact.entryPoints.includes(each.id))
      .slice(0, 4)
      .map(({ id: node, effect, probability }) => {
        const chance = `${Math.round(probability * 100)} %`;
        return `${paint.strong(shortName(node))} ${effect === 'breaks' ? 'breaks' : effect === 'degrades' ? 'degrades' : 'may degrade'} ${paint.faint(`(${chance})`)}`;
      });
    const [first] = impact.entryPoints;
    const users = first === undefined ? [] : [`users notice at ${impact.entryPoints.map(shortName).join(', ')}`];
    const below = [affected.join(', '), ...users.map(paint.faint)].map((line) => `${indent}${line}\n`);
    return [`  ${describeResourceId(id)}\n${below.join('')}`];
  });
  return lines.length === 0 ? '  Nothing is known to depend on what drifted.\n' : lines.join('');
}

/** The change requests that are waiting now, each with the command that shows it, and one of them whole. */
export async function tellProposal(
  proposals: readonly ProposalOutcome[],
  place: DemoPlace,
  { paint }: Page,
): Promise<string> {
  const branches = new Map(proposals.flatMap((each) => (each.branch === null ? [] : [[each.branch, each] as const])));
  if (branches.size === 0) return '  Nothing: none of it is bad enough.\n';
  const lines = [...branches].map(([branch, { resource, reason }]) => {
    const id = parseResourceId(resource);
    const name = id === undefined ? resource : describeResourceId(id);
    return `  ${paint.strong(name)}: ${wordsOf(branch) ?? reason}\n${indent}${paint.place(`git show ${branch}`)}\n`;
  });
  const shown = [...branches.keys()].find((branch) => branch.startsWith('mooring/adopt/'));
  const patch = shown === undefined ? '' : await git(place.repository, 'diff', `main...${shown}`);
  const painted = patch.split('\n').map((line) => `    ${paintDiffLine(line, paint)}\n`);
  return [
    `  Each is a branch of ${paint.place(place.repository)}; merging it is the approval.\n\n`,
    ...lines,
    ...(shown === undefined ? [] : [`\n  ${paint.faint(`$ git diff main...${shown}`)}\n`, ...painted]),
  ].join('');
}

function wordsOf(branch: string): string | undefined {
  const [, repair] = branch.split('/');
  if (repair === 'adopt') return 'the live change is right, Git takes it over';
  return repair === 'restore' ? 'Git is right, the cluster goes back to it' : undefined;
}

function paintDiffLine(line: string, paint: Paint): string {
  if (line.startsWith('@@')) return paint.place(line);
  if (/^(?:diff|index|---|\+\+\+)/.test(line)) return paint.faint(line);
  if (line.startsWith('-')) return paint.removed(line);
  return line.startsWith('+') ? paint.added(line) : line;
}

/** Where the daemon can be asked. */
export function tellPlaces(address: string, place: DemoPlace, { paint }: Page): string {
  const lines: readonly (readonly [string, string])[] = [
    ['metrics', `${address}/metrics`],
    ['API', `${address}/api/v1/audit`],
    ['', `${address}/openapi.json describes the rest`],
    ['episodes', `bin/mooring episodes --history ${place.history}`],
    ['log', place.log],
  ];
  return lines.map(([what, where]) => `  ${what.padEnd(9)} ${paint.place(where)}\n`).join('');
}

/** One line or two for each thing that a later round found. */
export function tellChanges(round: Round, page: Page): string {
  const { paint } = page;
  const changes = round.decisions.flatMap((decision) => tellDecision(decision, page));
  const proposals = round.proposals
    .filter(({ kind }) => kind === 'opened' || kind === 'updated')
    .map(({ branch }) => `proposed     ${paint.place(`git show ${branch ?? ''}`)}`);
  const closed = round.proposals.flatMap(({ kind, branch, reason }) =>
    kind === 'closed' && branch !== null ? [`closed       ${paint.place(branch)}: ${reason}`] : [],
  );
  const lines = [...changes, ...proposals, ...closed].map((line) => `    ${line}\n`);
  return lines.length === 0 ? '' : `  ${paint.faint(verdictTime(round))}\n${lines.join('')}`;
}

/** When the verdict stood; proposing comes after it and takes its own time. */
function verdictTime(round: Round): string {
  const decided = round.decisions
    .filter(({ kind }) => kind !== 'nothing')
    .map(({ episode }) => Date.parse(episode.updatedAt));
  const at = decided.length === 0 ? round.finishedAt.getTime() : Math.max(...decided);
  const time = new Date(at).toISOString().slice(11, 19);
  return `${time} UTC, ${Math.max(0, at - round.noticedAt.getTime())} ms after the first sign of it`;
}

function tellDecision(decision: EpisodeDecision, { paint, width }: Page): readonly string[] {
  const { episode, kind } = decision;
  if (kind === 'nothing') return [];
  const name = paint.strong(describeResourceId(episode.resource));
  const path = episode.path === '' ? `is ${episode.change}` : episode.path;
  if (kind === 'resolve') return [`${paint.added('drift ended')}  ${name} ${path}: ${decision.reason}`];
  const room = Math.max(16, Math.floor((width - 30) / 2));
  const values =
    episode.path === ''
      ? ''
      : `  ${paint.removed(showValue(episode.desired, room))} → ${paint.added(showValue(episode.live, room))}`;
  const who =
    episode.actor === null || episode.actor.manager === null ? '' : paint.faint(`  by ${describeActor(episode.actor)}`);
  const word = kind === 'open' ? 'drift began' : 'drift changed';
  return [
    `${paint.severity(episode.severity, word)}  ${name} ${path}`,
    ...(values + who === '' ? [] : [`           ${values}${who}`]),
  ];
}

/** The newest judgement of each resource, the worst first. */
function byScore(judgements: readonly Judgement[]): readonly Judgement[] {
  const newest = new Map(judgements.map((judgement) => [formatResourceId(judgement.id), judgement]));
  return [...newest.values()].toSorted(
    (a, b) => b.score - a.score || (formatResourceId(a.id) < formatResourceId(b.id) ? -1 : 1),
  );
}

/** `harbour/ingress/storefront` is the ingress `storefront`; the namespace is always the same here. */
function shortName(node: string): string {
  return node.replace(/^harbour\//, '').replace(/^ingress\/(.*)$/, 'the ingress $1');
}
