import { Buffer } from 'node:buffer';
import { isJsonObject, type JsonValue } from '../../resource/json.ts';
import type { TreeEntry } from '../file-tree.ts';
import { ArchiveRefused, type ArchivedFile, readArchive } from './read-archive.ts';
import { renderRefused } from './refusal.ts';
import type { TreeReader } from './tree-reader.ts';

/** What all archives of a chart may hold together, in bytes. */
const maxUnpacked = 100 * 1024 * 1024;
/** An archive may hold a chart with archives of its own, and so on. */
const maxArchiveDepth = 4;
const schemaName = /(?:^|\/)values\.schema\.json$/;
const archiveName = /(?:^|\/)charts\/[^/]+\.tgz$/;
const chartName = /(?:^|\/)Chart\.yaml$/;

/**
 * Refuses, before Helm is started, what would make it read outside the chart or grow without bounds, also where an archive of a
 * dependency holds it. Throws AppError `render-refused`.
 */
export async function checkChart(reader: TreeReader, entries: readonly TreeEntry[]): Promise<void> {
  for (const { path, kind } of entries) if (kind === 'link') refuseLink(path);
  // A link may call a folder `charts` that has another name.
  const hasLinks = entries.some(({ kind }) => kind === 'link');
  const isArchive = ({ path }: TreeEntry): boolean => (hasLinks ? path.endsWith('.tgz') : archiveName.test(path));
  const wanted = entries.filter(
    (entry) => entry.kind === 'file' && (schemaName.test(entry.path) || chartName.test(entry.path) || isArchive(entry)),
  );
  const files = (await reader.read(wanted)).map(({ entry, bytes }) => ({ path: entry.path, bytes }));
  await checkFiles(files, { below: '', left: maxUnpacked, depth: 0 });
}

interface Budget {
  /** The archives that the files are in. */
  readonly below: string;
  /** Bytes that may still be unpacked. */
  left: number;
  readonly depth: number;
}

async function checkFiles(files: readonly ArchivedFile[], budget: Budget): Promise<void> {
  for (const { path, bytes } of files) {
    const name = `${budget.below}${path}`;
    if (schemaName.test(path)) refuseReferences(name, textOf(bytes));
    else if (chartName.test(path)) refuseName(name, textOf(bytes));
    else if (path.endsWith('.tgz') && (budget.depth === 0 || archiveName.test(path)))
      await checkArchive(name, bytes, budget);
  }
}

async function checkArchive(name: string, bytes: Uint8Array, budget: Budget): Promise<void> {
  const remedy = 'Package the dependency again, or unpack it into the repository';
  if (budget.depth === maxArchiveDepth) throw renderRefused(name, 'archives are nested too deep', remedy);
  try {
    const files = await readArchive(bytes, budget.left);
    budget.left -= files.reduce((sum, file) => sum + file.bytes.length, 0);
    const inner = { below: `${name}:`, left: budget.left, depth: budget.depth + 1 };
    await checkFiles(files, inner);
    budget.left = inner.left;
  } catch (error) {
    if (error instanceof ArchiveRefused) throw renderRefused(name, error.message, remedy);
    throw error;
  }
}

/** Helm follows links, and what they lead to would go by another name. */
function refuseLink(path: string): void {
  if (!schemaName.test(path) && !chartName.test(path) && !path.endsWith('.tgz')) return;
  throw renderRefused(path, 'it is a symbolic link', 'Put the file itself in its place');
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** A name is where Helm would put the chart. */
function refuseName(file: string, text: string): void {
  const name = /^name:\s*["']?([^"'\s#]*)/m.exec(text)?.[1] ?? '';
  if (name === '.' || name === '..' || name.includes('/') || name.includes('\\')) {
    throw renderRefused(file, `its name “${name.slice(0, 80)}” leads elsewhere`, 'Give the chart a plain name');
  }
}

const referring: ReadonlySet<string> = new Set(['$ref', '$schema', '$dynamicRef', '$recursiveRef']);

function refuseReferences(file: string, text: string): void {
  const target = findReference(parsed(file, text));
  if (target === null) return;
  const why = `it refers to “${target.slice(0, 80)}” outside itself`;
  throw renderRefused(file, why, 'Put the definition into the schema');
}

/** Read as what it is: an escape would hide a name from whoever looks at the text alone. */
function parsed(file: string, text: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(text.replace(/^\uFEFF/, ''));
    return value;
  } catch {
    throw renderRefused(file, 'it is no JSON', 'Correct the schema');
  }
}

function findReference(value: JsonValue): string | null {
  const open: JsonValue[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...next);
    if (!isJsonObject(next)) continue;
    for (const [key, member] of Object.entries(next)) {
      if (referring.has(key) && typeof member === 'string' && leadsOut(key, member)) return member;
      open.push(member);
    }
  }
  return null;
}

function leadsOut(key: string, target: string): boolean {
  if (target.startsWith('#')) return false;
  return key !== '$schema' || !/^https?:\/\/json-schema\.org\//.test(target);
}
