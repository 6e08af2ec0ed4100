import type { AuditReport, Change, Difference, ResourceReport, Severity, Verdict } from '../drift/drift-report.ts';
import type { Gap } from '../resource/snapshot.ts';
import { describeActor, describeSince } from './describe-actor.ts';
import { createPaint, type Paint } from './paint.ts';
import { printable } from './printable.ts';
import { isTree, showChange, showValue } from './show-value.ts';

export interface TableOptions {
  /** Null when the output is no terminal; then nothing is cut to a width. */
  readonly columns: number | null;
  readonly colour: boolean;
}

interface Page {
  readonly paint: Paint;
  readonly width: number;
  readonly now: string;
}

const verdictOrder: readonly Verdict[] = ['drifted', 'invalid', 'undetermined', 'pending', 'in-sync'];
const marks: Readonly<Record<Change, string>> = { changed: '~', added: '+', removed: '-' };
const indent = ' '.repeat(13);

/** An audit report for people: the worst first, everything that is in sync as one number. */
export function formatReportTable(report: AuditReport, options: TableOptions): string {
  const page = {
    paint: createPaint(options.colour),
    width: Math.max(options.columns ?? 160, 60),
    now: report.live.readAt,
  };
  const blocks = report.resources
    .filter((resource) => resource.verdict !== 'in-sync')
    .toSorted((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict))
    .map((resource) => formatResource(resource, page));
  const parts = [...blocks, ...formatGaps(report.gaps, page), formatSummary(report, page)];
  return `${parts.join('\n\n')}\n`;
}

function formatResource(resource: ResourceReport, page: Page): string {
  const name = [resource.namespace, resource.name].filter((part) => part !== '').join('/');
  const state = resource.drift === null || resource.drift === 'changed' ? resource.verdict : resource.drift;
  const lines = [
    `${page.paint.strong(printable(`${resource.kind} ${name}`))}  ${page.paint.verdict(resource.verdict, state)}`,
    ...wholeObject(resource, page),
    ...resource.differences.flatMap((difference) => formatDifference(difference, page)),
    ...resource.pending.flatMap((each) =>
      entry(
        'pending',
        `  ${each.path}`,
        page,
        showChange(show(each.desired, page), show(each.live, page), page.width - 13),
      ),
    ),
    ...resource.invalid.flatMap((each) => entry('invalid', `  ${each.path}`, page, [each.reason])),
    ...resource.undetermined.flatMap((each) => entry('unknown', `  ${each.path}`, page, [each.reason])),
  ];
  return lines.join('\n');
}

/** A missing or extra object: one line of what that means, and who did it. */
function wholeObject(resource: ResourceReport, page: Page): readonly string[] {
  if (resource.drift !== 'missing' && resource.drift !== 'extra') return [];
  const what =
    resource.drift === 'missing' ? '- declared in Git, absent in the cluster' : '+ in the cluster, not in Git';
  const origin = resource.origin ?? null;
  return [
    `  ${severityCell(resource.severity ?? 'medium', page)} ${what}`,
    ...(resource.actor === undefined || resource.drift === 'missing' ? [] : [whoLine(resource.actor, page)]),
    ...(origin === null ? [] : [`${indent}${page.paint.place(`${printable(origin.file)}:${origin.line}`)}`]),
  ];
}

function formatDifference(difference: Difference, page: Page): readonly string[] {
  const origin = difference.origin === null ? '' : `  ${printable(difference.origin.file)}:${difference.origin.line}`;
  return [
    `  ${severityCell(difference.severity, page)} ${marks[difference.change]} ${page.paint.strong(printable(difference.path))}${page.paint.place(origin)}`,
    ...valueLines(difference, page).map((line) => `${indent}${line}`),
    whoLine(difference.actor, page),
    ...difference.notes.map((note) => `${indent}${page.paint.faint(`note: ${printable(note)}`)}`),
  ];
}

function valueLines(difference: Difference, page: Page): readonly string[] {
  const { removed, added } = page.paint;
  if (difference.change === 'added') return [added(show(difference.live, page))];
  if (difference.change === 'removed') return [removed(show(difference.desired, page))];
  const desired = show(difference.desired, page);
  const live = show(difference.live, page);
  if (isTree(difference.desired) || desired.length + live.length + 3 > page.width - 13) {
    return [removed(desired), `→ ${added(live)}`];
  }
  return [`${removed(desired)} → ${added(live)}`];
}

function whoLine(actor: Difference['actor'], page: Page): string {
  return `${indent}${page.paint.faint(`by ${describeActor(actor)}, ${describeSince(actor, page.now)}`)}`;
}

function entry(label: string, path: string, page: Page, below: readonly string[]): readonly string[] {
  return [
    `  ${page.paint.faint(label.padEnd(8))} ${printable(path)}`,
    ...below.map((line) => `${indent}${page.paint.faint(printable(line))}`),
  ];
}

function severityCell(severity: Severity, page: Page): string {
  return page.paint.severity(severity, severity.padEnd(8));
}

function show(value: Difference['live'], page: Page): string {
  return showValue(value, page.width - 15);
}

function formatGaps(gaps: readonly Gap[], page: Page): readonly string[] {
  if (gaps.length === 0) return [];
  const lines = gaps.map((gap) => `  ${printable(`${gap.what}: ${gap.why}. ${gap.remedy}`)}`);
  return [[page.paint.strong('Could not be read, so not judged:'), ...lines].join('\n')];
}

function formatSummary(report: AuditReport, page: Page): string {
  const { summary } = report;
  const counts: readonly (readonly [number, string])[] = [
    [summary.drifted, 'drifted'],
    [summary.invalid, 'invalid'],
    [summary.undetermined, 'undetermined'],
    [summary.pending, 'pending'],
    [summary.inSync, 'in sync'],
  ];
  const parts = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const head = `${count(summary.resources, 'resource')}: ${parts.join(', ') || 'nothing to compare'}.`;
  const tail = `${count(summary.differences, 'difference')} nothing explains, ${summary.suppressions} explained (listed by -o json).`;
  return `${page.paint.strong(head)} ${page.paint.faint(tail)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
