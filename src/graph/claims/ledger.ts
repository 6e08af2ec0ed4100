import type { Claim, Finding } from '../graph-shapes.ts';
import type { SharedClaim } from '../evidence/evidence.ts';
import { addTo, type KeyIndex, removeFrom } from '../landscape/key-index.ts';

/** What one source says, as last read. */
export interface Statement {
  readonly claims: readonly SharedClaim[];
  readonly findings: readonly Finding[];
  readonly asked: ReadonlySet<string>;
}

/** Who said what: the memory that makes an update as small as the change. */
export interface Ledger {
  readonly statements: Map<string, Statement>;
  /** Key of something that was looked up to the sources that looked. */
  readonly askers: KeyIndex;
  /** Claims by edge, then by source. */
  readonly claims: Map<string, Map<string, readonly Claim[]>>;
  readonly edgesOf: Map<string, ReadonlySet<string>>;
  /** Sources that took in a document as a whole, by document and by what the document lists. */
  readonly readers: Map<string, Map<string, BookEntry>>;
  readonly closedBooks: Set<string>;
}

/** One reader of a document: its node, and the nodes the document lists for it (itself included). */
export interface BookEntry {
  readonly from: string;
  readonly targets: ReadonlySet<string>;
}

export function createLedger(): Ledger {
  return {
    statements: new Map(),
    askers: new Map(),
    claims: new Map(),
    edgesOf: new Map(),
    readers: new Map(),
    closedBooks: new Set(),
  };
}

/** Replaces what a source says (undefined: the source is gone). Answers with the books whose other readers must be weighed again. */
export function record(ledger: Ledger, source: string, statement: Statement | undefined): Set<string> {
  const before = ledger.statements.get(source);
  for (const key of before?.asked ?? []) removeFrom(ledger.askers, key, source);
  for (const key of statement?.asked ?? []) addTo(ledger.askers, key, source);
  if (statement === undefined) ledger.statements.delete(source);
  else ledger.statements.set(source, statement);
  const books = new Set<string>();
  for (const book of booksOf(before).keys()) {
    ledger.readers.get(book)?.delete(source);
    books.add(book);
  }
  for (const [book, entry] of booksOf(statement)) {
    const readers = ledger.readers.get(book) ?? new Map<string, BookEntry>();
    readers.set(source, entry);
    ledger.readers.set(book, readers);
    books.add(book);
  }
  return new Set([...books].filter((book) => judgeBook(ledger, book)));
}

function booksOf(statement: Statement | undefined): Map<string, BookEntry> {
  const targets = new Map<string, { from: string; targets: Set<string> }>();
  for (const claim of statement?.claims ?? []) {
    if (claim.book === undefined || claim.layer === 'config') continue;
    const entry = targets.get(claim.book) ?? { from: claim.from, targets: new Set<string>() };
    entry.targets.add(claim.to);
    targets.set(claim.book, entry);
  }
  return targets;
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

/** The claims of a source that count: what a member of an address book reads in it does not. */
export function standingClaims(ledger: Ledger, source: string): Claim[] {
  const { claims = [] } = ledger.statements.get(source) ?? {};
  return claims.filter(
    ({ book, from }) => book === undefined || !ledger.closedBooks.has(book) || !isListed(ledger, book, from),
  );
}

function isListed(ledger: Ledger, book: string, node: string): boolean {
  for (const { targets } of ledger.readers.get(book)?.values() ?? []) if (targets.has(node)) return true;
  return false;
}
