import { matchesGlob } from './owner-glob.ts';

/** Where a forge looks for CODEOWNERS; the first that is there counts. */
export const ownerFiles = {
  github: ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'],
  gitlab: ['CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'],
} as const;

export type OwnerDialect = keyof typeof ownerFiles;

interface OwnerRule {
  /** Sections of GitLab have their own last word; everything else is one section. */
  readonly section: string;
  readonly pattern: string;
  readonly owners: readonly string[];
}

export interface OwnerFile {
  readonly rules: readonly OwnerRule[];
  /** Lines that mean nothing, with their number: the rest counts all the same. */
  readonly problems: readonly string[];
}

const mostLines = 5_000;

/** Reads CODEOWNERS. A bad line is told and left out, and never takes the others with it. */
export function parseOwners(text: string, dialect: OwnerDialect): OwnerFile {
  const rules: OwnerRule[] = [];
  const problems: string[] = [];
  const lines = text.split(/\r?\n/);
  if (lines.length > mostLines) problems.push(`only the first ${mostLines} of ${lines.length} lines are read`);
  let section: { readonly name: string; readonly owners: readonly string[] } = { name: '', owners: [] };
  for (const [index, line] of lines.slice(0, mostLines).entries()) {
    const words = wordsOf(line);
    const [pattern, ...names] = words;
    if (pattern === undefined) continue;
    const heading = dialect === 'gitlab' ? /^\^?\[([^\]]+)\](?:\[\d+\])?$/.exec(headingOf(line)) : null;
    if (heading !== null) {
      section = { name: (heading[1] ?? '').toLowerCase(), owners: names.flatMap((name) => ownerOf(name) ?? []) };
      continue;
    }
    const objection = whyNot(pattern, names);
    if (objection !== null) {
      problems.push(`line ${index + 1}: ${objection}`);
      continue;
    }
    const owners = names.length === 0 ? section.owners : names.flatMap((name) => ownerOf(name) ?? []);
    rules.push({ section: section.name, pattern, owners });
  }
  return { rules, problems };
}

/** Who owns any of the files, without `@`, in the order of the files: in each section the last rule that fits has the word. */
export function ownersOf(files: readonly string[], { rules }: OwnerFile): readonly string[] {
  const owners = new Set<string>();
  for (const file of files) {
    const bySection = new Map<string, readonly string[]>();
    for (const rule of rules) if (matchesGlob(rule.pattern, file)) bySection.set(rule.section, rule.owners);
    for (const named of bySection.values()) for (const owner of named) owners.add(owner);
  }
  return [...owners];
}

/** Words up to a comment; a backslash keeps the space or the sign behind it. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith('#'));
  return (comment === -1 ? words : words.slice(0, comment)).map((word) => word.replaceAll(/\\(.)/g, '$1'));
}

/** Names of sections may hold spaces. */
function headingOf(line: string): string {
  return /^\s*(\^?\[[^\]]*\](?:\[\d+\])?)/.exec(line)?.[1] ?? '';
}

function whyNot(pattern: string, names: readonly string[]): string | null {
  if (pattern.startsWith('!')) return 'a pattern cannot be turned round with !';
  if (/[[\]]/.test(pattern)) return 'brackets have no meaning in a pattern';
  if (pattern.length > 500) return 'the pattern is longer than 500 characters';
  const bad = names.find((name) => ownerOf(name) === null);
  return bad === undefined ? null : `${JSON.stringify(bad.slice(0, 60))} is no owner`;
}

function ownerOf(name: string): string | null {
  if (name.length > 320) return null;
  if (/^@[\w.-]+(?:\/[\w./-]+)?$/.test(name)) return name.slice(1);
  return /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(name) ? name : null;
}
