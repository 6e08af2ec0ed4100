import { createHash } from 'node:crypto';
import type { NotingRenderer } from './app-renderer.ts';
import type { FileTree, TreeEntry } from './collectors/file-tree.ts';
import { AppError } from './errors/app-error.ts';
import type { Resource } from './resource/resource.ts';
import type { RenderedSource } from './rollback/rendered/rendered-source.ts';

/**
 * The source as it was rendered last, ready to be rendered again with other texts. `target` is the object that is looked for: it has
 * been put into its namespace, and so must its new renderings be. Null when nothing was rendered.
 */
export function renderedSourceOf(renderer: NotingRenderer, target: Resource): RenderedSource | null {
  const { kind, last } = renderer;
  if (kind === 'plain' || last === undefined) return null;
  const { input, rendering } = last;
  return {
    kind,
    folder: input.folder,
    valueFiles: renderer.valueFiles ?? [],
    texts: rendering.texts,
    async render(changed, signal) {
      try {
        const tree = withTexts(input.tree, changed);
        const entries = await tree.list(input.state, input.folder, signal);
        const { resources } = await renderer.render({ ...input, tree, entries, trial: true }, signal);
        return { kind: 'rendered', resources: resources.map((resource) => placed(resource, target)) };
      } catch (error) {
        if (error instanceof AppError && error.code !== 'tool-missing') return { kind: 'failed', why: error.why };
        throw error;
      }
    },
  };
}

/** Only the object that is looked for has a place; the others are compared among themselves. */
function placed(resource: Resource, { id }: Resource): Resource {
  const own = resource.id;
  const isTarget = own.namespace === '' && own.name === id.name && own.kind === id.kind && own.group === id.group;
  return isTarget ? { ...resource, id } : resource;
}

/** The same tree with these texts in the place of its own, or beside them. */
function withTexts(tree: FileTree, changed: ReadonlyMap<string, string>): FileTree {
  const entryOf = ([path, text]: readonly [string, string]): TreeEntry => {
    const bytes = Buffer.from(text);
    return { path, kind: 'file', id: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  };
  return {
    name: tree.name,
    newest: (signal) => tree.newest(signal),
    async list(state, under, signal) {
      const own = (await tree.list(state, under, signal)).filter(({ path }) => !changed.has(path));
      const inside = [...changed].filter(([path]) => under === '' || path === under || path.startsWith(`${under}/`));
      return [...own, ...inside.map(entryOf)].toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
    async read(state, entries, signal) {
      const own = entries.filter(({ path }) => !changed.has(path));
      const read = new Map((await tree.read(state, own, signal)).map((content, index) => [own[index]?.path, content]));
      return entries.map(({ path }) => {
        const text = changed.get(path);
        if (text !== undefined) return { kind: 'content', bytes: Buffer.from(text) };
        return read.get(path) ?? { kind: 'unreadable', why: 'it was not read' };
      });
    },
    earlier: (state, paths, limit, signal) => tree.earlier(state, paths, limit, signal),
    watch: (folders, notice, signal) => tree.watch(folders, notice, signal),
  };
}
