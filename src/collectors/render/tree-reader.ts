import { Buffer, isUtf8 } from 'node:buffer';
import { isJsonObject, type JsonObject } from '../../resource/json.ts';
import type { FileTree, TreeEntry, TreeState } from '../file-tree.ts';
import { readYamlDocument, YamlProblem } from '../kubernetes-yaml.ts';
import { maxFileBytes } from '../parse-manifests.ts';
import { renderFailed } from './refusal.ts';

/** Folders and texts of one state, each asked for once. */
export class TreeReader {
  readonly #tree: FileTree;
  readonly #state: TreeState;
  readonly #signal: AbortSignal;
  readonly #lists = new Map<string, Promise<readonly TreeEntry[]>>();

  constructor(tree: FileTree, state: TreeState, signal: AbortSignal) {
    this.#tree = tree;
    this.#state = state;
    this.#signal = signal;
  }

  list(under: string): Promise<readonly TreeEntry[]> {
    const known = this.#lists.get(under);
    if (known !== undefined) return known;
    const above = this.#above(under);
    const listed = above === undefined ? this.#tree.list(this.#state, under, this.#signal) : within(above, under);
    this.#lists.set(under, listed);
    return listed;
  }

  /** What a folder that has been asked for already holds; a kustomization names every file of its folder, and each question costs. */
  #above(under: string): Promise<readonly TreeEntry[]> | undefined {
    for (let end = under.lastIndexOf('/'); end > 0; end = under.lastIndexOf('/', end - 1)) {
      const listed = this.#lists.get(under.slice(0, end));
      if (listed !== undefined) return listed;
    }
    return under === '' ? undefined : this.#lists.get('');
  }

  async read(
    entries: readonly TreeEntry[],
  ): Promise<readonly { readonly entry: TreeEntry; readonly bytes: Uint8Array }[]> {
    const contents = await this.#tree.read(this.#state, entries, this.#signal);
    return entries.flatMap((entry, index) => {
      const content = contents[index];
      return content?.kind === 'content' ? [{ entry, bytes: content.bytes }] : [];
    });
  }

  /** The text of a file; undefined when it is not there, no file, not UTF-8, or over the limit. */
  async text(path: string): Promise<string | undefined> {
    const entry = (await this.list(path)).find((candidate) => candidate.path === path && candidate.kind === 'file');
    if (entry === undefined || entry.bytes > maxFileBytes) return undefined;
    const [file] = await this.read([entry]);
    return file !== undefined && isUtf8(file.bytes) ? Buffer.from(file.bytes).toString('utf8') : undefined;
  }

  /** A YAML file that is one object. Throws AppError `render-failed` when it cannot be read. */
  async yaml(path: string): Promise<JsonObject> {
    const text = await this.text(path);
    if (text === undefined) throw renderFailed(path, 'it is not there, or no text');
    try {
      const value = readYamlDocument(text.replace(/^\uFEFF?---[^\n]*\n/, ''), true);
      if (value === null) return {};
      if (isJsonObject(value)) return value;
    } catch (error) {
      if (error instanceof YamlProblem) throw renderFailed(`${path} line ${error.line + 1}`, error.message);
      throw error;
    }
    throw renderFailed(path, 'it is no object');
  }
}

async function within(listed: Promise<readonly TreeEntry[]>, under: string): Promise<readonly TreeEntry[]> {
  return (await listed).filter(({ path }) => path === under || path.startsWith(`${under}/`));
}
