import { createHash } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import type { EarlierState, FileContent, FileTree, TreeEntry, TreeState } from './collectors/file-tree.ts';
import type { ManifestRenderer, RenderInput, Rendering } from './collectors/render/manifest-renderer.ts';
import { AppError } from './errors/app-error.ts';
import type { RenderedSource, RenderResult } from './rollback/rendered/rendered-source.ts';

export interface RenderedSourceOptions {
  readonly kind: RenderedSource['kind'];
  readonly renderer: ManifestRenderer;
  /** What the source was rendered from last, and what came out. */
  readonly input: RenderInput;
  readonly rendering: Rendering;
  /** Files of values besides the chart's own, from the tree's root. */
  readonly valueFiles: readonly string[];
  /** Paths count from the rendered folder, as `Origin` does for a directory that was named, instead of from the tree's root. */
  readonly pathsFromFolder: boolean;
}

/** A rendered source that a repair can ask "what if this file said that": the real tool over the same tree with some texts replaced. */
export function openRenderedSource(options: RenderedSourceOptions): RenderedSource {
  const { kind, renderer, input, rendering, pathsFromFolder } = options;
  const outward = (path: string): string => (pathsFromFolder ? posix.relative(input.folder, path) : path);
  const inward = (path: string): string => (pathsFromFolder ? posix.join(input.folder, path) : path);
  return {
    kind,
    folder: pathsFromFolder ? '' : input.folder,
    valueFiles: options.valueFiles.map(outward),
    texts: new Map([...rendering.texts].map(([path, text]) => [outward(path), text])),
    render: async (changed, signal) => {
      const tree = new OverlayTree(input.tree, new Map([...changed].map(([path, text]) => [inward(path), text])));
      const entries = await tree.list(input.state, input.folder, signal);
      return await tryRender(renderer, { ...input, tree, entries }, signal);
    },
  };
}

/** What the tool refuses is an answer; that it cannot be run at all is an error. */
async function tryRender(renderer: ManifestRenderer, input: RenderInput, signal: AbortSignal): Promise<RenderResult> {
  try {
    return { kind: 'rendered', resources: (await renderer.render(input, signal)).resources };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'tool-missing') throw error;
    return { kind: 'failed', why: error.why };
  }
}

/** A tree in which some files have another text, or exist at all. */
class OverlayTree implements FileTree {
  readonly name: string;
  readonly #below: FileTree;
  readonly #texts: ReadonlyMap<string, string>;

  constructor(below: FileTree, texts: ReadonlyMap<string, string>) {
    this.name = below.name;
    this.#below = below;
    this.#texts = texts;
  }

  newest(signal: AbortSignal): Promise<TreeState> {
    return this.#below.newest(signal);
  }

  async list(state: TreeState, under: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
    const kept = (await this.#below.list(state, under, signal)).filter(({ path }) => !this.#texts.has(path));
    const own = [...this.#texts].filter(([path]) => under === '' || path === under || path.startsWith(`${under}/`));
    return [...kept, ...own.map(([path, text]) => entryOf(path, text))].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async read(state: TreeState, entries: readonly TreeEntry[], signal: AbortSignal): Promise<readonly FileContent[]> {
    const below = entries.filter(({ path }) => !this.#texts.has(path));
    const contents = new Map<string, FileContent>();
    const read = await this.#below.read(state, below, signal);
    for (const [index, { path }] of below.entries()) {
      const content = read[index];
      if (content !== undefined) contents.set(path, content);
    }
    return entries.map(({ path }) => {
      const text = this.#texts.get(path);
      if (text !== undefined) return { kind: 'content', bytes: Buffer.from(text, 'utf8') };
      return contents.get(path) ?? { kind: 'unreadable', why: 'it is not in the tree' };
    });
  }

  earlier(): Promise<readonly EarlierState[]> {
    return Promise.resolve([]);
  }

  watch(): Promise<void> {
    return Promise.resolve();
  }
}

/** The id tells this content from any that the tree below could have under the same path. */
function entryOf(path: string, text: string): TreeEntry {
  const id = `overlay-${createHash('sha256').update(text).digest('hex')}`;
  return { path, kind: 'file', id, bytes: Buffer.byteLength(text) };
}
