import { Buffer } from 'node:buffer';
import { AppError } from '../errors/app-error.ts';
import { type GitPlace, gitText } from './git-call.ts';

interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly id: string;
}

/** Replaces, adds (a new regular file) or removes files of a tree; answers with the new tree's id. Blobs are null to remove. */
export async function replaceInTree(
  place: GitPlace,
  tree: string | null,
  blobs: ReadonlyMap<string, string | null>,
  signal: AbortSignal,
): Promise<string | null> {
  const inBytes = new Map([...blobs].map(([file, blob]) => [asBytes(checkedPath(file)), blob]));
  return await replaceBytes(place, tree, inBytes, signal);
}

async function replaceBytes(
  place: GitPlace,
  tree: string | null,
  blobs: ReadonlyMap<string, string | null>,
  signal: AbortSignal,
): Promise<string | null> {
  const entries = tree === null ? new Map<string, TreeEntry>() : await listTree(place, [tree], signal);
  for (const [name, inside] of byFirstPart(blobs)) {
    const present = entries.get(name);
    const own = inside.get('');
    const entry =
      own === undefined ? await replaceBelow(place, present, inside, signal) : replaceFile(name, present, own);
    if (entry === null) entries.delete(name);
    else entries.set(name, entry);
  }
  if (entries.size === 0) return null;
  const lines = [...entries].map(([name, { mode, type, id }]) => `${mode} ${type} ${id}\t${name}\0`);
  return await gitText(place, ['mktree', '-z', '--missing'], signal, Buffer.from(lines.join(''), 'latin1'));
}

/** The entry of a path, or undefined. Throws when a part of the path is a symbolic link or a submodule. */
export async function entryAt(
  place: GitPlace,
  commit: string,
  file: string,
  signal: AbortSignal,
): Promise<TreeEntry | undefined> {
  const entries = await listTree(place, [commit, '--', checkedPath(file)], signal);
  const entry = entries.get(asBytes(file));
  if (entry !== undefined && !isRegular(entry)) throw notRegular(file);
  return entry;
}

/** Names are bytes, kept as one character a byte: a name that is not UTF-8 must survive the rewriting of its directory. */
async function listTree(
  place: GitPlace,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, TreeEntry>> {
  const call = {
    gitDirectory: place.gitDirectory,
    arguments: ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', ...args],
    signal,
  };
  return parseEntries((await place.git(call)).output.toString('latin1'));
}

function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function parseEntries(output: string): Map<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  for (const record of output.split('\0')) {
    const match = /^(\d+) (\w+) ([\da-f]+)\t(.+)$/s.exec(record);
    const [, mode, type, id, name] = match ?? [];
    if (mode !== undefined && type !== undefined && id !== undefined && name !== undefined)
      entries.set(name, { mode, type, id });
  }
  return entries;
}

async function replaceBelow(
  place: GitPlace,
  present: TreeEntry | undefined,
  inside: ReadonlyMap<string, string | null>,
  signal: AbortSignal,
): Promise<TreeEntry | null> {
  if (present !== undefined && present.type !== 'tree') throw notRegular([...inside.keys()][0] ?? '');
  const id = await replaceBytes(place, present?.id ?? null, inside, signal);
  return id === null ? null : { mode: '040000', type: 'tree', id };
}

function replaceFile(name: string, present: TreeEntry | undefined, blob: string | null): TreeEntry | null {
  if (present !== undefined && !isRegular(present)) throw notRegular(name);
  return blob === null ? null : { mode: present?.mode ?? '100644', type: 'blob', id: blob };
}

function isRegular(entry: TreeEntry): boolean {
  return entry.mode === '100644' || entry.mode === '100755';
}

function byFirstPart(
  blobs: ReadonlyMap<string, string | null>,
): ReadonlyMap<string, ReadonlyMap<string, string | null>> {
  const groups = new Map<string, Map<string, string | null>>();
  for (const [path, blob] of blobs) {
    const [first = '', ...rest] = path.split('/');
    const group = groups.get(first) ?? new Map<string, string | null>();
    groups.set(first, group.set(rest.join('/'), blob));
  }
  return groups;
}

/** No way out of the tree and none into git's own directory, in any disguise that a file system may fold. */
function checkedPath(path: string): string {
  const folded = path
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\p{Mn}]/gu, '')
    .toLowerCase();
  const parts = folded.split('/');
  const bad =
    path === '' ||
    parts.some((part) => part === '' || /^\.{1,2}$/.test(part) || /^(\.git|git~\d+)([ .:].*)?$/.test(part)) ||
    /[\0\\]/.test(path);
  if (!bad) return path;
  throw new AppError({
    code: 'git-refused',
    what: 'a file is not written',
    why: `the path ${JSON.stringify(path.slice(0, 80))} is not allowed in a repository`,
    remedy: 'Rename the file',
  });
}

function notRegular(file: string): AppError {
  return new AppError({
    code: 'git-refused',
    what: `${file} is not edited`,
    why: 'it is, or lies behind, a symbolic link or a submodule',
    remedy: 'Edit the file that it points to',
  });
}
