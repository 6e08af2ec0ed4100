import type { Affected, BlastRadius } from '../../graph/blast-radius.ts';
import type { ChangedObject } from '../../graph/change/change-radius.ts';
import type { Sees } from '../../graph/change/object-change.ts';
import type { Effect } from '../../graph/impact/rank-callers.ts';
import type { CliContext } from '../cli-context.ts';
import { createPaint, type Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { wrapText } from './wrap-text.ts';

/** The members that are shown, whoever computed them. */
export interface RadiusView extends Pick<BlastRadius, 'of' | 'entryPoints' | 'unlisted'> {
  readonly because?: string | undefined;
  readonly affected: readonly (Pick<
    Affected,
    'id' | 'effect' | 'probability' | 'path' | 'evidence' | 'tier' | 'owner'
  > & { readonly sees?: Sees | null | undefined; readonly share?: number | null | undefined })[];
  readonly coverage: Pick<BlastRadius['coverage'], 'workloads' | 'withEvidence' | 'notSeen'>;
  readonly changes?:
    | readonly Pick<ChangedObject, 'resource' | 'change' | 'paths' | 'reaches' | 'unknown'>[]
    | undefined;
  readonly gaps?: readonly string[] | undefined;
}

const effectWords: Readonly<Record<Effect, string>> = {
  breaks: 'breaks',
  degrades: 'degrades',
  'may-degrade': 'may degrade',
};

const sightWords: Readonly<Record<Sees, string>> = {
  live: 'sees it by itself',
  restart: 'sees it after a restart',
  'next-start': 'sees it at the next start',
  never: 'does not see it',
};

/** Below this many columns details stand under the name instead of beside it. */
const wide = 60;
const mostPaths = 6;
const mostReached = 12;

interface Page {
  readonly paint: Paint;
  readonly width: number | null;
  readonly indent: number;
}

/** A blast radius for people: the worst first, each with the way it is reached and why that is believed; `most` of them. */
export function formatBlastRadius(
  radius: RadiusView,
  { colour, columns }: Pick<CliContext, 'colour' | 'columns'>,
  most: number,
): string {
  const isWide = columns === null || columns >= wide;
  const page = { paint: createPaint(colour), width: columns, indent: isWide ? 21 : 2 };
  const { changes } = radius;
  const title =
    changes === undefined ? `When ${radius.of} changes or fails` : `${radius.of}: ${radius.because ?? 'changed'}`;
  const lines = wrapText(printable(title), { width: page.width, indent: 0 }).map((line) => page.paint.strong(line));
  lines.push('', ...(changes ?? []).flatMap((change) => changeLines(change, page)));
  if (changes !== undefined && changes.length > 0) lines.push('');
  if (radius.affected.length === 0) lines.push(...emptyLines(radius, page));
  for (const affected of radius.affected.slice(0, most)) lines.push(...affectedLines(affected, page));
  lines.push('', ...tail(radius, page, most));
  return `${lines.join('\n')}\n`;
}

function emptyLines({ changes, affected }: RadiusView, page: Page): readonly string[] {
  const isUnknown = changes?.some(({ unknown }) => unknown.length > 0) ?? false;
  if (affected.length > 0) return [];
  const text = isUnknown ? 'Whom it reaches is not known.' : 'Nothing is known to depend on it.';
  return wrapText(text, { width: page.width, indent: 2 });
}

const marks = { changed: '~', added: '+', removed: '-' } as const;

function changeLines(
  { resource, change, paths, reaches, unknown }: NonNullable<RadiusView['changes']>[number],
  page: Page,
): string[] {
  const { paint, width } = page;
  const [, kind = '', namespace = '', name = ''] = resource.split('/');
  const what = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  const shown = paths.slice(0, mostPaths).join(', ');
  const rest = paths.length > mostPaths ? ` and ${paths.length - mostPaths} more` : '';
  const seeing = reaches.filter(({ sees }) => sees !== 'never');
  const blind = reaches.length - seeing.length;
  const lines = wrapText(printable(`${what}${shown === '' ? '' : `: ${shown}${rest}`}`), {
    width,
    indent: 2,
    first: `${marks[change]} `,
  });
  for (const { id, sees, why } of seeing.slice(0, mostReached)) {
    const itself = sees === 'live' ? why : `${why}; it ${sightWords[sees]}`;
    const text = id === `${namespace}/${name}` ? itself : `${id} ${sightWords[sees]}: ${why}`;
    const told = wrapText(printable(text), { width, indent: 6, first: '    ' });
    lines.push(...told.map((line) => paint.faint(line)));
  }
  if (seeing.length > mostReached) lines.push(paint.faint(`    and ${seeing.length - mostReached} more`));
  if (blind > 0)
    lines.push(
      ...wrapText(`${blind} that depend${blind === 1 ? 's' : ''} on it ${blind === 1 ? 'does' : 'do'} not see it`, {
        width,
        indent: 4,
      }).map((line) => paint.faint(line)),
    );
  for (const sentence of unknown)
    lines.push(...wrapText(printable(sentence), { width, indent: 4 }).map((line) => paint.faint(line)));
  return lines;
}

function affectedLines(affected: RadiusView['affected'][number], page: Page): string[] {
  const { paint, width, indent } = page;
  const tier = affected.tier === null ? '' : `, tier ${affected.tier}`;
  const owner = affected.owner === null ? '' : `, ${affected.owner}`;
  const sees = affected.sees === null || affected.sees === undefined ? '' : `, ${sightWords[affected.sees]}`;
  const percent = `${Math.round(affected.probability * 100)} %`;
  const detail = (text: string): string[] =>
    wrapText(printable(text), { width, indent }).map((line) => paint.faint(line));
  const name = printable(affected.id);
  const share =
    affected.share === null || affected.share === undefined
      ? ''
      : `, ${Math.round(affected.share * 100)} % of its traffic`;
  const about = printable(`${tier}${owner}${share}${sees}`);
  const lines =
    indent > 2
      ? headBeside(affected.effect, percent.padStart(5), { name, about }, page)
      : [
          ...wrapText(`${percent} ${name}`, { width, indent: 2, first: `${paintEffect(paint, affected.effect, 0)} ` }),
          ...(about === '' ? [] : detail(about.slice(2))),
        ];
  if (affected.path.length > 2) lines.push(...detail(`by ${affected.path.join(' → ')}`));
  const [first] = affected.evidence;
  if (first !== undefined) lines.push(...detail(first));
  return lines;
}

function headBeside(
  effect: Effect,
  percent: string,
  { name, about }: { readonly name: string; readonly about: string },
  { paint, width, indent }: Page,
): string[] {
  const head = `  ${paintEffect(paint, effect, 11)} ${percent}  `;
  const [first = '', ...more] = wrapText(`${name}${about}`, { width, indent, first: '' });
  // Only the name stands out, and only where it was not cut.
  const shown = first.startsWith(name) ? `${paint.strong(name)}${first.slice(name.length)}` : first;
  return [`${head}${shown}`, ...more];
}

function paintEffect(paint: Paint, effect: Effect, room: number): string {
  const severity = effect === 'breaks' ? 'high' : effect === 'degrades' ? 'medium' : 'low';
  return paint.severity(severity, effectWords[effect].padEnd(room));
}

function tail(radius: RadiusView, { paint, width }: Page, most: number): readonly string[] {
  const { coverage, entryPoints, unlisted, affected, gaps = [] } = radius;
  const plain = (text: string): string[] => wrapText(printable(text), { width, indent: 0 });
  const users = entryPoints.length === 0 ? [] : plain(`Users notice at ${entryPoints.join(', ')}.`);
  const left = Math.max(0, affected.length - most) + unlisted;
  const more = left === 0 ? [] : plain(`${left} more depend on it; --limit shows more, -o json all that are listed.`);
  const seen = `${coverage.withEvidence} of ${coverage.workloads} workloads have evidence`;
  const notes = plain(`${[seen, ...coverage.notSeen].join('; ')}.`).map((line) => paint.faint(line));
  const unread = gaps.slice(0, 5).flatMap((gap) => plain(`Not read: ${gap}.`));
  return [...users, ...more, ...unread, ...notes];
}
