import type { DependencyGraph } from './dependency-graph.ts';
import type { Coverage, Finding } from './graph-shapes.ts';

/** What the graph rests on and what it cannot show. */
export function coverageOf(graph: DependencyGraph): Coverage {
  let workloads = 0;
  let withEvidence = 0;
  graph.nodes.forEachNode((id, { role }) => {
    if (role === 'config' || role === 'external') return;
    workloads++;
    if (graph.nodes.someEdge(id, (_key, { layer }) => layer === 'call' || layer === 'data' || layer === 'message'))
      withEvidence++;
  });
  const findings = [...graph.ledger.statements.values()]
    .flatMap((statement) => statement.findings)
    .toSorted(compareFindings);
  return { workloads, withEvidence, notSeen: notSeen(graph, workloads - withEvidence, findings.length), findings };
}

function compareFindings(one: Finding, other: Finding): number {
  return compareText(one.from, other.from) || compareText(one.what, other.what) || compareText(one.why, other.why);
}

function notSeen(graph: DependencyGraph, silent: number, dangling: number): string[] {
  const sentences: string[] = [];
  const isObserved = graph.nodes.someEdge((_key, { evidence }) => evidence.some(({ kind }) => kind === 'observed'));
  if (!isObserved) sentences.push('no traffic was observed: addresses inside images or source code are invisible');
  if (silent > 0)
    sentences.push(`${silent} workload${silent === 1 ? '' : 's'} neither name a dependency nor are named by one`);
  for (const book of [...graph.ledger.closedBooks].toSorted()) {
    const readers = graph.ledger.readers.get(book)?.size ?? 0;
    const places = book.split(' ').length;
    sentences.push(
      `${readers} workloads share one list of ${places} addresses: who of them calls whom cannot be told from it`,
    );
  }
  if (dangling > 0)
    sentences.push(`${dangling} reference${dangling === 1 ? '' : 's'} lead nowhere or are switched off (see findings)`);
  return sentences;
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
