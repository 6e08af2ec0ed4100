import { Buffer, isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { FileTree, TreeState } from './file-tree.ts';
import type { Resource } from '../resource/resource.ts';
import { formatResourceId } from '../resource/resource-id.ts';
import { SharedStrings } from '../resource/shared-strings.ts';
import type { Gap } from '../resource/snapshot.ts';
import { coversNothing, maxFileBytes, type ParsedManifests, parseManifests } from './parse-manifests.ts';
import type { ManifestFile } from './plain-files.ts';

interface Held {
  readonly parsed: ParsedManifests;
  readonly bytes: Uint8Array;
  /** What the file declared when it was last whole, for as long as it is broken. */
  readonly lost?: readonly Resource[];
}

/** How long parsing may keep everything else waiting, in milliseconds. */
const slice = 25;

/** Files as parsed, by path and content id: an unchanged file is neither read nor parsed again. Holds the files of the last read only. */
export class ParsedFiles {
  #held = new Map<string, Held>();
  #texts = new Map<string, Uint8Array>();

  async read(
    tree: FileTree,
    state: TreeState,
    files: readonly ManifestFile[],
    signal: AbortSignal,
  ): Promise<ParsedManifests> {
    const held = new Map<string, Held>();
    const fresh: ManifestFile[] = [];
    for (const file of files) {
      const known = this.#held.get(keyOf(file));
      if (known === undefined) fresh.push(file);
      else held.set(keyOf(file), known);
    }
    await this.#parse(tree, state, fresh, { held, signal });
    this.#remember(fresh, held);
    this.#held = held;
    this.#texts = new Map(files.map((file) => [file.path, held.get(keyOf(file))?.bytes ?? new Uint8Array()]));
    const all = files.map((file) => held.get(keyOf(file))?.parsed);
    return {
      resources: all.flatMap((parsed) => parsed?.resources ?? []),
      entities: all.flatMap((parsed) => parsed?.entities ?? []),
      gaps: [
        ...all.flatMap((parsed) => parsed?.gaps ?? []),
        ...files.flatMap((file) => lostGaps(file.path, held.get(keyOf(file)))),
      ],
    };
  }

  /** The text of a file of the last read. */
  text(path: string): string | undefined {
    const bytes = this.#texts.get(path);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  }

  /** A file that broke declares nobody knows what, but not nothing: its objects of before stay unjudged until it is whole again. */
  #remember(fresh: readonly ManifestFile[], held: Map<string, Held>): void {
    const before = new Map([...this.#held].map(([key, known]) => [key.slice(0, key.indexOf('\0')), known]));
    for (const file of fresh) {
      const now = held.get(keyOf(file));
      const known = before.get(file.path);
      if (now === undefined || known === undefined || now.parsed.gaps.length === 0) continue;
      const present = new Set(now.parsed.resources.map(({ id }) => formatResourceId(id)));
      const declared = [...known.parsed.resources, ...(known.lost ?? [])];
      held.set(keyOf(file), { ...now, lost: declared.filter(({ id }) => !present.has(formatResourceId(id))) });
    }
  }

  async #parse(
    tree: FileTree,
    state: TreeState,
    files: readonly ManifestFile[],
    into: { readonly held: Map<string, Held>; readonly signal: AbortSignal },
  ): Promise<void> {
    const contents = await tree.read(
      state,
      files.map(({ entry }) => entry),
      into.signal,
    );
    const strings = new SharedStrings({ areCut: true });
    let since = performance.now();
    for (const [index, file] of files.entries()) {
      const content = contents[index];
      const why = content?.kind === 'unreadable' ? content.why : 'it cannot be read';
      if (content?.kind === 'content')
        into.held.set(keyOf(file), { parsed: parseBytes(content.bytes, file.path, strings), bytes: content.bytes });
      else into.held.set(keyOf(file), { parsed: unreadableFile(file.path, why), bytes: new Uint8Array() });
      if (performance.now() - since < slice) continue;
      await setImmediate();
      into.signal.throwIfAborted();
      since = performance.now();
    }
  }
}

function lostGaps(path: string, held: Held | undefined): readonly Gap[] {
  return (held?.lost ?? []).map(({ id: { group, kind, namespace, name } }) => ({
    what: path,
    why: 'it declared this object and can no longer be read as a whole',
    remedy: 'Correct the file',
    // The namespace that a document leaves out is placed later, so it says nothing here.
    scope: { group, kind, name, ...(namespace === '' ? {} : { namespace }) },
  }));
}

/** Like `parseManifests`, for what is not yet known to be text. */
export function parseBytes(bytes: Uint8Array, path: string, strings?: SharedStrings): ParsedManifests {
  if (bytes.length > maxFileBytes) return unreadableFile(path, `it is larger than ${maxFileBytes / 1024 / 1024} MiB`);
  if (!isUtf8(bytes)) return unreadableFile(path, 'it is not UTF-8 text');
  return parseManifests(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), path, strings);
}

function unreadableFile(path: string, why: string): ParsedManifests {
  return {
    resources: [],
    gaps: [{ what: path, why, remedy: 'Correct the file, or move it out of the source', scope: coversNothing }],
  };
}

function keyOf(file: ManifestFile): string {
  return `${file.path}\0${file.entry.id}`;
}
