import { stringify } from 'yaml';
import type { AuditReport, Difference, ResourceReport } from '../drift/drift-report.ts';
import type { JsonValue } from '../resource/json.ts';
import { diffLines, type DiffLine } from './line-diff.ts';
import { createPaint, type Paint } from './paint.ts';
import { printable } from './printable.ts';

/**
 * Drift as a unified diff from Git (`-`) to the cluster (`+`), one hunk for each difference, headed by its path. The line
 * numbers of the old side are those of the manifest, where it is known. Only drift is shown: what is explained is not in it.
 */
export function formatReportDiff(report: AuditReport, colour: boolean): string {
  const paint = createPaint(colour);
  return report.resources
    .filter((resource) => resource.verdict === 'drifted')
    .map((resource) => formatResource(resource, paint))
    .join('');
}

function formatResource(resource: ResourceReport, paint: Paint): string {
  const name = printable(
    [resource.apiVersion, resource.kind, resource.namespace, resource.name].filter(Boolean).join('/'),
  );
  const head = (mark: string, side: string) => paint.strong(`${mark} ${side}/${name}`);
  const gone = paint.strong('--- /dev/null');
  const none = paint.strong('+++ /dev/null');
  if (resource.drift === 'missing') return `${head('---', 'git')}\n${none}\n${wholeHunk('-', resource, paint)}`;
  if (resource.drift === 'extra') return `${gone}\n${head('+++', 'live')}\n${wholeHunk('+', resource, paint)}`;
  const hunks = resource.differences.map((difference) => formatHunk(difference, paint));
  return `${head('---', 'git')}\n${head('+++', 'live')}\n${hunks.join('')}`;
}

/** A whole object that only one side has: its identity stands for it, the report does not carry its body. */
function wholeHunk(mark: '-' | '+', resource: ResourceReport, paint: Paint): string {
  const { apiVersion, kind, namespace, name } = resource;
  const text = stringify({ apiVersion, kind, metadata: namespace === '' ? { name } : { name, namespace } });
  const lines = text.trimEnd().split('\n');
  return formatLines(
    lines.map((line) => ({ mark, text: line })),
    { line: resource.origin?.line ?? 1, title: `whole ${kind}` },
    paint,
  );
}

function formatHunk(difference: Difference, paint: Paint): string {
  const key = lastKey(difference.path);
  const before = difference.change === 'added' ? [] : yamlLines(key, difference.desired);
  const after = difference.change === 'removed' ? [] : yamlLines(key, difference.live);
  return formatLines(diffLines(before, after), { line: difference.origin?.line ?? 1, title: difference.path }, paint);
}

function formatLines(
  lines: readonly DiffLine[],
  head: { readonly line: number; readonly title: string },
  paint: Paint,
): string {
  const before = lines.filter((line) => line.mark !== '+').length;
  const after = lines.filter((line) => line.mark !== '-').length;
  const range = (start: number, count: number) => `${count === 0 ? 0 : start},${count}`;
  const title = paint.place(`@@ -${range(head.line, before)} +${range(1, after)} @@`);
  const body = lines.map((line) => {
    const text = `${line.mark}${printable(line.text)}`;
    if (line.mark === '-') return paint.removed(text);
    return line.mark === '+' ? paint.added(text) : text;
  });
  return `${title} ${printable(head.title)}\n${body.join('\n')}\n`;
}

/** `key: value` as YAML; an element of a list as `- value`. */
function yamlLines(key: string | null, value: JsonValue | null): readonly string[] {
  const tree = key === null ? [value] : { [key]: value };
  return stringify(tree, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n');
}

/** The member name a path ends in, or null when it ends at an element of a list. */
function lastKey(path: string): string | null {
  const found = /(?:^|\.)(?:"([^"]*)"|([^."[\]]+))$/.exec(path);
  return found?.[1] ?? found?.[2] ?? null;
}
