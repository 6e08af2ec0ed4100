import { compareText } from './compare-text.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type {
  Coverage,
  CoverageTally,
  EdgeEnds,
  Evidence,
  Finding,
  UndeclaredCall,
  UnseenCall,
} from './graph-shapes.ts';
import { unreadImages } from './landscape/image-board.ts';
import { membersOf } from './landscape/key-index.ts';

export function createTally(): CoverageTally {
  return { status: new Map(), withEvidence: 0 };
}

/** Counts these nodes anew; configuration objects and places outside do not count. */
export function recount(graph: DependencyGraph, ids: ReadonlySet<string>): void {
  const { tally, nodes } = graph;
  for (const id of ids) {
    if (tally.status.get(id) === true) tally.withEvidence--;
    tally.status.delete(id);
    if (!nodes.hasNode(id)) continue;
    const { role } = nodes.getNodeAttributes(id);
    if (role === 'config' || role === 'external') continue;
    const isSeen = nodes.someEdge(id, (_key, { layer }) => layer === 'call' || layer === 'data' || layer === 'message');
    tally.status.set(id, isSeen);
    if (isSeen) tally.withEvidence++;
  }
}

/** What the graph rests on and what it cannot show, with the findings of every source. */
export function coverageOf(graph: DependencyGraph): Coverage {
  const findings = sorted([...graph.ledger.statements.values()].flatMap((statement) => statement.findings));
  return { ...summary(graph), findings, ...(graph.ledger.observers.size === 0 ? {} : disagreements(graph)) };
}

/** Milliseconds: most of what runs at all runs once a day. */
const longEnough = 86_400_000;

/**
 * Where manifests and traffic disagree about who works with whom. A caller of whom no traffic is seen at all, or only for some hours, is not
 * watched, and traffic to stores is seen by few sources: neither proves anything.
 */
function disagreements({ nodes, ledger }: DependencyGraph): Required<Pick<Coverage, 'neverObserved' | 'undeclared'>> {
  const watched = new Map<string, { since: string; until: string }>();
  let seesStores = false;
  for (const source of ledger.observers) {
    for (const { from, layer, firstSeen, seenAt } of ledger.statements.get(source)?.claims ?? []) {
      seesStores ||= layer === 'data';
      if (firstSeen === undefined || seenAt === undefined) continue;
      const { since, until } = watched.get(from) ?? { since: firstSeen, until: seenAt };
      watched.set(from, { since: firstSeen < since ? firstSeen : since, until: seenAt > until ? seenAt : until });
    }
  }
  const neverObserved: UnseenCall[] = [];
  const undeclared: UndeclaredCall[] = [];
  nodes.forEachEdge((_key, { from, to, layer, evidence, firstSeen, lastSeen }) => {
    if (layer !== 'call' && layer !== 'data' && layer !== 'message') return;
    const { since, until } = watched.get(from) ?? {};
    const isLong = since !== undefined && until !== undefined && Date.parse(until) - Date.parse(since) >= longEnough;
    if (isObserved(evidence)) {
      if (evidence.every(({ kind }) => kind === 'observed')) undeclared.push({ from, to, firstSeen, lastSeen });
    } else if (isLong && layer !== 'message' && (layer === 'call' || seesStores))
      neverObserved.push({ from, to, watchedSince: since });
  });
  return { neverObserved: neverObserved.toSorted(byEnds), undeclared: undeclared.toSorted(byEnds) };
}

function isObserved(evidence: readonly Evidence[]): boolean {
  return evidence.some(({ kind }) => kind === 'observed');
}

function byEnds(one: EdgeEnds, other: EdgeEnds): number {
  return compareText(one.from, other.from) || compareText(one.to, other.to);
}

/** The same with the findings of some nodes only: those that an answer speaks of. */
export function coverageOfNodes(graph: DependencyGraph, ids: readonly string[]): Coverage {
  const findings = ids.flatMap((id) =>
    [...membersOf(graph.landscape.residents, id)].flatMap((key) => graph.ledger.statements.get(key)?.findings ?? []),
  );
  const { notSeen: unseen, ...counts } = summary(graph);
  const blind = [...new Set(ids.flatMap((id) => blindSpotsOf(graph, id)))];
  return { ...counts, notSeen: [...blind, ...unseen], findings: sorted(findings) };
}

/** What depends on these kinds is no node, so that an empty list would say too much. */
const blindSpots: ReadonlyMap<string, string> = new Map([
  ['CustomResourceDefinition', 'the custom resources of a definition and their controller are not part of the graph'],
  ['ValidatingWebhookConfiguration', 'the objects whose writes a webhook is asked about are not part of the graph'],
  ['MutatingWebhookConfiguration', 'the objects whose writes a webhook is asked about are not part of the graph'],
]);

function blindSpotsOf({ landscape }: DependencyGraph, id: string): readonly string[] {
  return [...membersOf(landscape.residents, id)].flatMap((key) => {
    const kind = landscape.resources.get(key)?.id.kind;
    return blindSpots.get(kind ?? '') ?? [];
  });
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  return findings
    .toSorted(
      (one, other) =>
        compareText(one.from, other.from) || compareText(one.what, other.what) || compareText(one.why, other.why),
    )
    .map(plainFinding);
}

/** As it is written out; its line is looked up only then. */
function plainFinding(finding: Finding): Finding {
  const { from, what, why, file } = finding;
  return {
    from,
    what,
    why,
    file,
    get line() {
      return finding.line;
    },
  };
}

function summary(graph: DependencyGraph): Omit<Coverage, 'findings'> {
  const { status, withEvidence } = graph.tally;
  return { workloads: status.size, withEvidence, notSeen: notSeen(graph, status.size - withEvidence) };
}

const mostUnread = 10;

function notSeen({ ledger, landscape, unread, unobserved }: DependencyGraph, silent: number): string[] {
  const sentences = unread.slice(0, mostUnread).map((what) => `not read: ${what}`);
  if (unread.length > mostUnread) sentences.push(`${unread.length - mostUnread} more could not be read`);
  if (ledger.observers.size === 0) {
    const inside = landscape.images === null ? 'images or source code' : 'source code';
    sentences.push(`no traffic was observed: addresses inside ${inside} are invisible`);
  }
  sentences.push(...unobserved);
  if (landscape.images !== null) sentences.push(...unreadImages(landscape.images));
  if (silent > 0)
    sentences.push(`${silent} workload${silent === 1 ? '' : 's'} neither name a dependency nor are named by one`);
  for (const book of [...ledger.closedBooks].toSorted()) {
    const readers = ledger.readers.get(book)?.size ?? 0;
    const places = book.split(' ').length;
    sentences.push(
      `${readers} workloads share one list of ${places} addresses: who of them calls whom cannot be told from it`,
    );
  }
  if (ledger.findings > 0) {
    sentences.push(
      `${ledger.findings} reference${ledger.findings === 1 ? '' : 's'} ${ledger.findings === 1 ? 'leads nowhere or is' : 'lead nowhere or are'} switched off (see findings)`,
    );
  }
  return sentences;
}
