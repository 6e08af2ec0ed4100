import { Buffer } from 'node:buffer';
import { isJsonObject, type JsonObject, parseJson } from '../resource/json.ts';
import type { Gap } from '../resource/snapshot.ts';
import type { DirectoryTree } from './directory-tree.ts';
import type { TreeEntry, TreeState } from './file-tree.ts';
import { coversNothing, type ParsedManifests } from './parse-manifests.ts';
import { parseBytes } from './parsed-files.ts';
import { choosePlainFiles } from './plain-files.ts';

/** One file of a folder of dumps, as read. */
export interface DumpFile {
  readonly path: string;
  readonly id: string;
  /** RFC 3339; when the file was last written. */
  readonly writtenAt: string;
  readonly parsed: ParsedManifests;
  /** An `/openapi/v3` document, for files below `openapi/`. */
  readonly openApi: JsonObject | null;
  /** Empty, or not readable as a whole: perhaps somebody is writing it. */
  readonly isSuspect: boolean;
}

const noState: TreeState = { revision: null, committedAt: null };

/** The files of a folder of dumps that `known` does not hold yet, read and parsed; the others as they are. */
export async function readDumps(
  tree: DirectoryTree,
  known: ReadonlyMap<string, DumpFile>,
  signal: AbortSignal,
): Promise<{ readonly files: readonly DumpFile[]; readonly gaps: readonly Gap[] }> {
  await tree.newest();
  const entries = await tree.list(noState, '');
  const { files, gaps } = await choosePlainFiles(tree, noState, entries, { folder: '', signal });
  const fresh = files.filter(({ path, entry }) => known.get(path)?.id !== entry.id);
  const contents = await tree.read(
    noState,
    fresh.map(({ entry }) => entry),
  );
  const read = new Map<string, DumpFile>();
  for (const [index, { path, entry }] of fresh.entries()) {
    const content = contents[index];
    const bytes = content?.kind === 'content' ? content.bytes : undefined;
    read.set(path, bytes === undefined ? unreadable(path, entry) : parseDump(path, entry, bytes));
  }
  return { files: files.flatMap(({ path }) => read.get(path) ?? known.get(path) ?? []), gaps };
}

function parseDump(path: string, entry: TreeEntry, bytes: Uint8Array): DumpFile {
  const frame = { path, id: entry.id, writtenAt: entry.writtenAt ?? '' };
  if (path.startsWith('openapi/') && path.endsWith('.json')) {
    const openApi = readOpenApi(bytes);
    const gaps = openApi === null ? [fileGap(path, 'it is no OpenAPI document')] : [];
    return { ...frame, openApi, parsed: { resources: [], gaps }, isSuspect: openApi === null };
  }
  const parsed = parseBytes(bytes, path);
  const resources = parsed.resources.map((resource) => ({ ...resource, origin: null }));
  const isSuspect = parsed.gaps.length > 0 || parsed.resources.length === 0;
  return { ...frame, openApi: null, parsed: { ...parsed, resources }, isSuspect };
}

function readOpenApi(bytes: Uint8Array): JsonObject | null {
  try {
    const value = parseJson(Buffer.from(bytes).toString('utf8'));
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

function unreadable(path: string, entry: TreeEntry): DumpFile {
  const gaps = [fileGap(path, 'it cannot be read')];
  return {
    path,
    id: entry.id,
    writtenAt: entry.writtenAt ?? '',
    parsed: { resources: [], gaps },
    openApi: null,
    isSuspect: true,
  };
}

function fileGap(path: string, why: string): Gap {
  return { what: path, why, remedy: 'Dump it again', scope: coversNothing };
}
