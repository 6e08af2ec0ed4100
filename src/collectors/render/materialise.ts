import { Buffer } from 'node:buffer';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { linkTarget, type TreeEntry } from '../file-tree.ts';
import { renderRefused } from './refusal.ts';
import type { TreeReader } from './tree-reader.ts';

const maxBytes = 128 * 1024 * 1024;
const maxFiles = 20_000;
/** What systems take for one path, with room for the private folder in front. */
const maxPath = 3_500;

/** Links that lead out of the tree, which were left out; a tool that needs one fails, and this tells why. */
export interface Materialised {
  readonly refusedLinks: readonly string[];
}

/**
 * Writes entries of a tree below a private folder, with the same paths. Nothing is executable, nothing is a device, and a link is made
 * only when it stays inside.
 */
export async function materialise(
  reader: TreeReader,
  entries: readonly TreeEntry[],
  target: string,
): Promise<Materialised> {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes > maxBytes || entries.length > maxFiles) {
    const size = `${entries.length} files of ${Math.round(bytes / 1024 / 1024)} MiB`;
    throw renderRefused('the source', `its folders hold ${size}`, 'Keep what is rendered in a folder of its own');
  }
  const deep = entries.find(({ path }) => path.length > maxPath);
  if (deep !== undefined) {
    throw renderRefused(`${deep.path.slice(0, 80)}…`, 'its path is too long', 'Give its folders shorter names');
  }
  const refusedLinks: string[] = [];
  const folders = new Set<string>();
  for (const { entry, bytes: content } of await reader.read(
    entries.filter(({ kind }) => kind === 'file' || kind === 'link'),
  )) {
    if (!isPlainPath(entry.path)) continue;
    const path = join(target, entry.path);
    if (!folders.has(dirname(path))) await mkdir(dirname(path), { recursive: true });
    folders.add(dirname(path));
    if (entry.kind === 'file') {
      await writeFile(path, content, { mode: 0o600, flag: 'wx' });
      continue;
    }
    const to = Buffer.from(content).toString('utf8');
    if (linkTarget(entry.path, to) === undefined) refusedLinks.push(entry.path);
    else await symlink(to, path);
  }
  return { refusedLinks };
}

/** A path that stays where it is put. Git itself refuses to commit the others, but a tree object can hold anything. */
function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git');
}
