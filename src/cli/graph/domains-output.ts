import type { GraphDomains, KeyNode } from '../../graph/graph-domains.ts';
import type { TimeoutInversion } from '../../graph/resilience-structure.ts';
import type { Border } from '../../graph/structure.ts';
import type { CliContext } from '../cli-context.ts';
import { createPaint, type Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { wrapText } from './wrap-text.ts';

/** What of a document is shown; a daemon of another version may send more. */
export interface DomainsView extends Pick<GraphDomains, 'circles' | 'namespaces' | 'resilience'> {
  readonly cutPoints: readonly ShownNode[];
  readonly shared: readonly ShownNode[];
  readonly zones: Pick<GraphDomains['zones'], 'borders' | 'pinned'>;
  readonly coverage: Pick<GraphDomains['coverage'], 'workloads' | 'withEvidence' | 'notSeen'>;
}

type ShownNode = Omit<KeyNode, 'role'> & { readonly role: string };

interface Page {
  readonly paint: Paint;
  readonly width: number | null;
  readonly most: number;
}

/** The shape of a graph for people: what fails together, what divides it, what many share, which borders are crossed. */
export function formatDomains(
  domains: DomainsView,
  { colour, columns }: Pick<CliContext, 'colour' | 'columns'>,
  most: number,
): string {
  const page: Page = { paint: createPaint(colour), width: columns, most };
  const { circles, cutPoints, shared, namespaces, zones, resilience, coverage } = domains;
  const sections = [
    section(
      'Circles: none of these starts or fails alone',
      circles.map((circle) => circle.join(' ↔ ')),
      page,
    ),
    section('Cut points: without one of these the graph falls apart', cutPoints.map(describeNode), page),
    section('Shared: several depend on each of these', shared.map(describeNode), page),
    section('Namespace borders crossed', namespaces.map(describeBorder), page),
    section('Zone borders crossed', zones.borders.map(describeBorder), page),
    section(
      'Bound to zones',
      zones.pinned.map(({ id, zones: names }) => `${id} in ${names.join(', ')}`),
      page,
    ),
    section(
      'Retries that multiply: calls to the last for one of the first',
      resilience.retryChains.map(({ path, calls }) => `${calls}: ${path.join(' → ')}`),
      page,
    ),
    section('Timeouts that end before those behind them', resilience.timeoutInversions.map(describeInversion), page),
  ].filter((lines) => lines.length > 0);
  if (sections.length === 0) sections.push(['No circles, no cut points, nothing shared, no borders.']);
  const seen = `${coverage.withEvidence} of ${coverage.workloads} workloads have evidence`;
  const notes = wrapText(printable(`${[seen, ...coverage.notSeen].join('; ')}.`), { width: page.width, indent: 0 });
  return `${[...sections, notes.map((line) => page.paint.faint(line))].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function section(title: string, entries: readonly string[], { paint, width, most }: Page): readonly string[] {
  if (entries.length === 0) return [];
  const shown = entries
    .slice(0, most)
    .flatMap((entry) => wrapText(printable(entry), { width, indent: 4, first: '  ' }));
  const more = entries.length > most ? [paint.faint(`  and ${entries.length - most} more`)] : [];
  return [...wrapText(title, { width, indent: 0 }).map((line) => paint.strong(line)), ...shown, ...more];
}

function describeNode({ id, role, callers, replicas, owner }: ShownNode): string {
  const once = replicas === 1 ? ', runs once' : '';
  const count = `${callers} ${callers === 1 ? 'caller' : 'callers'}`;
  return `${id} (${role}, ${count}${once}${owner === null ? '' : `, ${owner}`})`;
}

function describeInversion({ caller, callee, behind, waits, needs }: TimeoutInversion): string {
  return `${caller} waits ${waits / 1000} s for ${callee}, which may wait ${needs / 1000} s for ${behind}`;
}

function describeBorder({ from, to, edges }: Border): string {
  return `${from} → ${to}: ${edges} ${edges === 1 ? 'edge' : 'edges'}`;
}
