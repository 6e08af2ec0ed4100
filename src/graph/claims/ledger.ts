import type { CatalogFact, Claim, Finding, GraphEdge, Guard, TopicUse } from '../graph-shapes.ts';
import type { SharedClaim } from '../evidence/evidence.ts';
import { addTo, type KeyIndex, removeFrom } from '../landscape/key-index.ts';

/** What one source says, as last read. `asked` are the lookups its answer rests on. */
export interface Statement {
  readonly claims: readonly SharedClaim[];
  readonly findings: readonly Finding[];
  readonly asked: readonly string[];
  readonly topics: readonly TopicUse[];
  readonly facts?: readonly CatalogFact[];
  readonly guards?: readonly Guard[];
}

/** Who said what: the memory that makes an update as small as the change. */
export interface Ledger {
  readonly statements: Map<string, Statement>;
  /** Key of something that was looked up to the sources that looked. */
  readonly askers: KeyIndex;
  /** Edges to the sources that claim them, and back. */
  readonly supporters: KeyIndex;
  readonly edgesOf: Map<string, readonly string[]>;
  /** Readers of a shared document, by document. */
  readonly readers: Map<string, Map<string, BookEntry>>;
  readonly closedBooks: Set<string>;
  /** Uses of a topic by source, by broker and topic. */
  readonly topics: Map<string, Map<string, readonly TopicUse[]>>;
  /** What catalogues say of nodes, by node and source. */
  readonly facts: Map<string, Map<string, CatalogFact>>;
  /** What configuration does to calls, by callee and source. */
  readonly guards: Map<string, Map<string, readonly Guard[]>>;
  /** Sources that tell of traffic. */
  readonly observers: Set<string>;
  findings: number;
}

/** One reader of a document: its node, and the nodes the document lists for it. */
export interface BookEntry {
  readonly from: string;
  readonly targets: ReadonlySet<string>;
}

export function createLedger(): Ledger {
  return {
    statements: new Map(),
    askers: new Map(),
    supporters: new Map(),
    edgesOf: new Map(),
    readers: new Map(),
    closedBooks: new Set(),
    topics: new Map(),
    facts: new Map(),
    guards: new Map(),
    observers: new Set(),
    findings: 0,
  };
}

/** Replaces what a source says (undefined: the source is gone). Answers with the books whose other readers must be weighed again. */
export function record(ledger: Ledger, source: string, statement: Statement | undefined): readonly string[] {
  const before = ledger.statements.get(source);
  for (const key of before?.asked ?? []) removeFrom(ledger.askers, key, source);
  for (const key of statement?.asked ?? []) addTo(ledger.askers, key, source);
  recordFacts(ledger, source, before, statement);
  recordGuards(ledger, source, before, statement);
  ledger.findings += (statement?.findings.length ?? 0) - (before?.findings.length ?? 0);
  if (statement === undefined) ledger.statements.delete(source);
  else ledger.statements.set(source, statement);
  if (statement?.claims.some(({ evidence }) => evidence.kind === 'observed')) ledger.observers.add(source);
  else ledger.observers.delete(source);
  return rereadBooks(ledger, source, before, statement);
}

function recordFacts(ledger: Ledger, source: string, before: Statement | undefined, now: Statement | undefined): void {
  for (const { node } of before?.facts ?? []) {
    ledger.facts.get(node)?.delete(source);
    if (ledger.facts.get(node)?.size === 0) ledger.facts.delete(node);
  }
  for (const fact of now?.facts ?? []) {
    const bySource = ledger.facts.get(fact.node) ?? new Map<string, CatalogFact>();
    ledger.facts.set(fact.node, bySource.set(source, fact));
  }
}

function recordGuards(ledger: Ledger, source: string, before: Statement | undefined, now: Statement | undefined): void {
  for (const { to } of before?.guards ?? []) {
    ledger.guards.get(to)?.delete(source);
    if (ledger.guards.get(to)?.size === 0) ledger.guards.delete(to);
  }
  for (const [to, guards] of Map.groupBy(now?.guards ?? [], (guard) => guard.to)) {
    const bySource = ledger.guards.get(to) ?? new Map<string, readonly Guard[]>();
    ledger.guards.set(to, bySource.set(source, guards));
  }
}

/** What configuration does to the calls of an edge; nothing for edges that carry none. */
export function guardsOf(
  ledger: Ledger,
  { from, to, layer }: Pick<GraphEdge, 'from' | 'to' | 'layer'>,
): readonly Guard[] {
  const bySource = ledger.guards.get(to);
  if (bySource === undefined || layer === 'config' || layer === 'operations') return [];
  return [...bySource.values()].flat().filter((guard) => guard.from === null || guard.from === from);
}

function rereadBooks(
  ledger: Ledger,
  source: string,
  before: Statement | undefined,
  now: Statement | undefined,
): string[] {
  const old = booksOf(before);
  const books = booksOf(now);
  if (old.size + books.size === 0) return [];
  for (const book of old.keys()) ledger.readers.get(book)?.delete(source);
  for (const [book, entry] of books) {
    const readers = ledger.readers.get(book) ?? new Map<string, BookEntry>();
    ledger.readers.set(book, readers.set(source, entry));
  }
  return [...new Set([...old.keys(), ...books.keys()])].filter((book) => judgeBook(ledger, book));
}

function booksOf(statement: Statement | undefined): Map<string, BookEntry> {
  const books = new Map<string, { from: string; targets: Set<string> }>();
  for (const { book, from, to } of statement?.claims ?? []) {
    if (book === undefined) continue;
    const entry = books.get(book) ?? { from, targets: new Set<string>() };
    entry.targets.add(to);
    books.set(book, entry);
  }
  return books;
}

const fewestTargets = 4;

/**
 * A document that tells several workloads where all of them live says nothing about who of them calls whom. It is such an address book
 * when at least two workloads take it in whole and it lists four places or more, one of its readers among them. A reader that is not
 * listed itself (a front end that is given its back ends) is believed all the same.
 */
function judgeBook(ledger: Ledger, book: string): boolean {
  const readers = [...(ledger.readers.get(book)?.values() ?? [])];
  const listed = new Set(readers.flatMap(({ targets }) => [...targets]));
  const wasClosed = ledger.closedBooks.has(book);
  const closed = readers.length >= 2 && listed.size >= fewestTargets && readers.some(({ from }) => listed.has(from));
  if (readers.length === 0) ledger.readers.delete(book);
  if (closed) ledger.closedBooks.add(book);
  else ledger.closedBooks.delete(book);
  return closed || wasClosed;
}

/**
 * The claims of a source that count: what a member of an address book reads in it does not, nor what telemetry that got it with everybody
 * else does.
 */
export function standingClaims(ledger: Ledger, source: string): readonly Claim[] {
  const { claims = [] } = ledger.statements.get(source) ?? {};
  if (ledger.closedBooks.size === 0) return claims;
  return claims.filter(({ book, from, layer }) => {
    const isClosed = book !== undefined && ledger.closedBooks.has(book);
    return !isClosed || (layer !== 'operations' && !isListed(ledger, book, from));
  });
}

function isListed(ledger: Ledger, book: string, node: string): boolean {
  for (const { targets } of ledger.readers.get(book)?.values() ?? []) if (targets.has(node)) return true;
  return false;
}
