import type { EarlierState, FileContent, FileTree, TreeEntry, TreeState } from '../../file-tree.ts';
import { isUnder } from './overlaid-tree.ts';

interface States {
  readonly base: TreeState;
  readonly mounts: ReadonlyMap<string, TreeState>;
}

const maxRemembered = 500;
const separator = '\0';

/**
 * One tree with others below folders of their own: the sources that an application refers to by `$ref`. A state is a state of all of
 * them; its revision names the commit of the first, and those of the others that differ.
 */
export class MountedTree implements FileTree {
  readonly name: string;
  readonly #base: FileTree;
  readonly #mounts: ReadonlyMap<string, FileTree>;
  readonly #states = new Map<string | null, States>();

  /** `mounts` by folder. */
  constructor(base: FileTree, mounts: ReadonlyMap<string, FileTree>) {
    this.name = base.name;
    this.#base = base;
    this.#mounts = mounts;
  }

  async newest(signal: AbortSignal): Promise<TreeState> {
    const [base, ...others] = await Promise.all(
      [this.#base, ...this.#mounts.values()].map((tree) => tree.newest(signal)),
    );
    const mounts = new Map(
      [...this.#mounts.keys()].flatMap((folder, index) =>
        others[index] === undefined ? [] : [[folder, others[index]] as const],
      ),
    );
    return this.#remember({ base: base ?? { revision: null, committedAt: null }, mounts });
  }

  async list(state: TreeState, under: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
    const { base, mounts } = this.#statesOf(state);
    const lists = [this.#base.list(base, under, signal)];
    for (const [folder, tree] of this.#mounts) {
      const at = mounts.get(folder);
      if (at !== undefined && (isUnder(folder, under) || isUnder(under, folder)))
        lists.push(this.#listMount(folder, tree, { at, under }, signal));
    }
    return (await Promise.all(lists)).flat().sort((left, right) => (left.path < right.path ? -1 : 1));
  }

  async read(state: TreeState, entries: readonly TreeEntry[], signal: AbortSignal): Promise<readonly FileContent[]> {
    const { base, mounts } = this.#statesOf(state);
    const answers = new Map<TreeEntry, FileContent>();
    const readAll = async (
      tree: FileTree,
      at: TreeState,
      chosen: readonly TreeEntry[],
      from: string,
    ): Promise<void> => {
      const inside = chosen.map((entry) => withoutMount(entry, from));
      const contents = await tree.read(at, inside, signal);
      for (const [index, entry] of chosen.entries())
        answers.set(entry, contents[index] ?? { kind: 'unreadable', why: 'it has gone meanwhile' });
    };
    await readAll(
      this.#base,
      base,
      entries.filter(({ id }) => !id.includes(separator)),
      '',
    );
    for (const [folder, tree] of this.#mounts) {
      const at = mounts.get(folder);
      const chosen = entries.filter(({ id }) => id.startsWith(folder + separator));
      if (at !== undefined && chosen.length > 0) await readAll(tree, at, chosen, folder);
    }
    return entries.map((entry) => answers.get(entry) ?? { kind: 'unreadable', why: 'it has gone meanwhile' });
  }

  /** Only the first tree is followed into the past, with the others as they are now. */
  async earlier(
    state: TreeState,
    paths: readonly string[],
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly EarlierState[]> {
    const states = this.#statesOf(state);
    const own = paths.filter((path) => ![...this.#mounts.keys()].some((folder) => isUnder(path, folder)));
    const found = await this.#base.earlier(states.base, own, limit, signal);
    return found.map((earlier) => ({ ...earlier, state: this.#remember({ ...states, base: earlier.state }) }));
  }

  async watch(folders: readonly string[], changed: () => void, signal: AbortSignal): Promise<void> {
    const mounts = [...this.#mounts].map(([mount, tree]) => {
      const inside = folders.flatMap((folder) => (isUnder(folder, mount) ? [folder.slice(mount.length + 1)] : []));
      return tree.watch(inside.length === 0 ? [''] : inside, changed, signal);
    });
    await Promise.all([this.#base.watch(folders, changed, signal), ...mounts]);
  }

  async #listMount(
    folder: string,
    tree: FileTree,
    { at, under }: { readonly at: TreeState; readonly under: string },
    signal: AbortSignal,
  ): Promise<readonly TreeEntry[]> {
    const inside = isUnder(under, folder) ? under.slice(folder.length + 1) : '';
    const entries = await tree.list(at, inside, signal);
    return entries.map((entry) => ({
      ...entry,
      path: `${folder}/${entry.path}`,
      id: `${folder}${separator}${entry.id}`,
    }));
  }

  #remember(states: States): TreeState {
    const { revision, committedAt } = states.base;
    const others = [...states.mounts.values()].map((state) => state.revision);
    const differing = others.filter((other) => other !== revision);
    const combined = revision === null || differing.includes(null) ? null : [revision, ...differing].join('+');
    this.#states.delete(combined);
    this.#states.set(combined, states);
    const oldest = this.#states.keys().next();
    if (this.#states.size > maxRemembered && oldest.done !== true) this.#states.delete(oldest.value);
    return { revision: combined, committedAt };
  }

  #statesOf({ revision }: TreeState): States {
    const states = this.#states.get(revision);
    if (states === undefined) throw new TypeError('a state of this tree comes from newest or earlier');
    return states;
  }
}

function withoutMount(entry: TreeEntry, folder: string): TreeEntry {
  if (folder === '') return entry;
  return { ...entry, path: entry.path.slice(folder.length + 1), id: entry.id.slice(folder.length + separator.length) };
}
