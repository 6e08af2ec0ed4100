import { AppError } from '../errors/app-error.ts';
import type { EarlierState, FileContent, FileTree, TreeEntry, TreeState } from '../collectors/file-tree.ts';
import { GitBlobs } from './git-blobs.ts';
import type { GitRepository } from './git-repository.ts';
import { type GitAnswer, type GitSetup, runGit } from './run-git.ts';
import { watchRepository } from './watch-repository.ts';

export interface GitTreeOptions {
  readonly setup: GitSetup;
  readonly repository: GitRepository;
  /** Branch, tag or commit; null for the repository's HEAD. */
  readonly revision: string | null;
  /** How often a remote is asked for news, in milliseconds; for a local one how often its refs are read besides being watched. */
  readonly pollInterval: number;
}

/** More entries than this are refused: nobody keeps so many manifests, and each costs memory. */
const maxEntries = 200_000;
/** What is still asked for when every commit looks the same; it keeps a history of a million commits from being walked. */
const maxEarlier = 200;
const mostRememberedLists = 64;
const mostRememberedEntries = 1_000;

/** The commits of a repository as a tree of files, read without a checkout. */
export class GitTree implements FileTree, AsyncDisposable {
  readonly name: string;
  readonly #options: GitTreeOptions;
  readonly #blobs: GitBlobs;
  /** What a commit holds never changes. */
  readonly #lists = new Map<string, readonly TreeEntry[]>();

  constructor(options: GitTreeOptions) {
    this.#options = options;
    this.name = options.repository.name;
    this.#blobs = new GitBlobs(options.setup, options.repository.gitDirectory);
  }

  async newest(signal: AbortSignal): Promise<TreeState> {
    await this.#options.repository.refresh(signal);
    return await this.#resolve(signal);
  }

  async list(state: TreeState, under: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
    const key = `${commitOf(state)}:${under}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const entries = await this.#list(state, under, signal);
    if (entries.length <= mostRememberedEntries) {
      this.#lists.set(key, entries);
      const oldest = this.#lists.keys().next();
      if (this.#lists.size > mostRememberedLists && oldest.done !== true) this.#lists.delete(oldest.value);
    }
    return entries;
  }

  async #list(state: TreeState, under: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
    const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', commitOf(state), '--', ...(under === '' ? [] : [under])];
    const { output } = await this.#git(args, signal);
    const entries = output.toString('utf8').split('\0').filter(Boolean).map(parseEntry);
    if (entries.length > maxEntries) {
      throw new AppError({
        code: 'manifest-refused',
        what: `cannot read ${this.name}`,
        why: `it has more than ${maxEntries} files`,
        remedy: 'Name the path of the manifests: REPO#REVISION:PATH',
      });
    }
    return entries;
  }

  async read(_state: TreeState, entries: readonly TreeEntry[]): Promise<readonly FileContent[]> {
    return await this.#blobs.read(entries.map(({ id }) => id));
  }

  async earlier(
    state: TreeState,
    paths: readonly string[],
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly EarlierState[]> {
    const count = `-n${Math.min(limit, maxEarlier) + 1}`;
    const pathspecs = paths.map((path) => `:(top,literal)${path}`);
    // One path is followed through its renames; git can do that for one only.
    const names = pathspecs.length === 1 ? ['--follow'] : ['--no-renames'];
    const format = `--format=${commitMark}${stateFormat}`;
    const args = ['log', '--raw', '--no-abbrev', ...names, '-z', format, count, '--end-of-options'];
    const { output } = await this.#git([...args, commitOf(state), '--', ...pathspecs], signal);
    // The newest of them made the present state.
    return output.toString('utf8').split(commitMark).slice(2).map(parseEarlier);
  }

  async watch(_folders: readonly string[], changed: () => void, signal: AbortSignal): Promise<void> {
    const { repository, pollInterval } = this.#options;
    let last = await this.#revisionNow(signal);
    await watchRepository({ repository, pollInterval, signal }, async () => {
      await repository.refresh(signal);
      const now = await this.#revisionNow(signal);
      if (now === last) return;
      last = now;
      changed();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#blobs[Symbol.asyncDispose]();
  }

  async #revisionNow(signal: AbortSignal): Promise<string | null> {
    try {
      return (await this.#resolve(signal)).revision;
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error;
      return null;
    }
  }

  async #resolve(signal: AbortSignal): Promise<TreeState> {
    const { revision, repository } = this.#options;
    const isHead = revision === null || revision === 'HEAD';
    const args = [
      'log',
      '-1',
      `--format=${stateFormat}`,
      '--end-of-options',
      isHead ? repository.head : revision,
      '--',
    ];
    try {
      const { output } = await this.#git(args, signal);
      const state = parseState(output.toString('utf8').trim());
      if (state.revision !== '') return state;
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable || error.code === 'tool-missing') throw error;
      throw await this.#unknownRevision(error, signal);
    }
    throw await this.#unknownRevision(undefined, signal);
  }

  async #unknownRevision(cause: unknown, signal: AbortSignal): Promise<AppError> {
    const { revision } = this.#options;
    const any = await this.#git(['rev-list', '-n1', '--all'], signal);
    const isEmpty = any.output.length === 0;
    return new AppError({
      code: 'source-not-found',
      what: `cannot read ${this.name}${revision === null ? '' : ` at ${revision}`}`,
      why: isEmpty ? 'the repository has no commit yet' : `it has no branch, tag or commit “${revision ?? 'HEAD'}”`,
      remedy: isEmpty ? 'Commit the manifests' : 'Correct the revision of the source',
      cause,
    });
  }

  async #git(args: readonly string[], signal: AbortSignal): Promise<GitAnswer> {
    const { setup, repository } = this.#options;
    return await runGit(setup, { gitDirectory: repository.gitDirectory, arguments: args, signal });
  }
}

const stateFormat = '%H%x09%ct';
/** Stands before each commit of a log; no path can hold it unquoted at that place, and no id or date does. */
const commitMark = '\u0001\u0001';

function parseState(line: string): TreeState {
  const [revision = '', seconds] = line.split('\t');
  return { revision, committedAt: new Date(Number(seconds) * 1000).toISOString() };
}

function commitOf(state: TreeState): string {
  if (state.revision === null) throw new TypeError('a state of a repository has a revision');
  return state.revision;
}

/** `<commit>\t<date>\0`, then for each change `:<mode> <mode> <id> <id> <letter>\0<path>\0`, of a rename with both paths. */
function parseEarlier(text: string): EarlierState {
  const [head = '', ...fields] = text.split('\0');
  const entries: TreeEntry[] = [];
  for (let at = 0; at + 1 < fields.length; at += 1) {
    const [, mode, , id = '', letter = ''] = (fields[at] ?? '').trim().split(' ');
    at += /^[RC]/.test(letter) ? 2 : 1;
    const path = fields[at] ?? '';
    if (letter !== 'D' && path !== '') entries.push({ path, kind: kindOfMode(mode), id, bytes: 0 });
  }
  return { state: parseState(head.trim()), entries };
}

/** `100644 blob <id>    <size>\t<path>`. */
function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode, , id = '', size] = line.slice(0, tab).split(/ +/);
  return { path: line.slice(tab + 1), kind: kindOfMode(mode), id, bytes: Number(size) || 0 };
}

function kindOfMode(mode: string | undefined): TreeEntry['kind'] {
  if (mode === '160000') return 'submodule';
  return mode === '120000' ? 'link' : 'file';
}
