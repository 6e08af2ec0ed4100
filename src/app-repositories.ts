import { readFile, stat } from 'node:fs/promises';
import { openRevision } from './app-revision-tree.ts';
import {
  type DiscoveredSource,
  type GitAnswer,
  type GitQuestion,
  mountPath,
  type SourceLocation,
} from './collectors/discovery/discovered-source.ts';
import { MountedTree } from './collectors/discovery/render/mounted-tree.ts';
import { SharedTree } from './collectors/discovery/render/shared-tree.ts';
import {
  findMapping,
  printableUrl,
  type RepositoryMapping,
  whyNotFollowed,
} from './collectors/discovery/repository-url.ts';
import { fitsFile } from './collectors/discovery/set/git-params.ts';
import { DirectoryTree } from './collectors/directory-tree.ts';
import type { FileTree } from './collectors/file-tree.ts';
import { parseSourceSpec, type SourceSpec } from './collectors/source-spec.ts';
import { AppError, asAppError } from './errors/app-error.ts';
import { type GitCredentials, type GitRepository, openLocalRepository, openMirror } from './git/git-repository.ts';
import type { GitSetup } from './git/run-git.ts';

/** A repository the configuration knows, and who to be there. */
export interface KnownRepository extends RepositoryMapping {
  readonly username?: string;
  /** Path of the file that holds the password or token. */
  readonly passwordFile?: string;
}

export interface RepositoryAccess {
  readonly git: GitSetup;
  /** Mirrors of remotes are kept below it. */
  readonly cacheDirectory: string;
  readonly mappings: readonly KnownRepository[];
  /** Milliseconds between two looks at a remote. */
  readonly poll: number;
}

export interface SourceTree {
  readonly spec: SourceSpec;
  readonly tree: FileTree;
  readonly gitDirectory: string | null;
}

/** The repositories of many sources: each is fetched once however many sources read it. */
export interface SharedRepositories extends AsyncDisposable {
  /** Never fails: what cannot be opened fails when it is read. */
  treeOf(source: DiscoveredSource): Promise<SourceTree>;
  /** Closes what no source of these is read from. */
  keepOnly(sources: readonly DiscoveredSource[]): Promise<void>;
  answer(question: GitQuestion, signal: AbortSignal): Promise<GitAnswer>;
}

export function openRepositories(access: RepositoryAccess): SharedRepositories {
  const shared = new Shared(access);
  return {
    treeOf: (source) => shared.treeOf(source),
    keepOnly: (sources) => shared.keepOnly(sources),
    answer: (question, signal) => answerFrom(shared, question, signal),
    [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
  };
}

/** A repository, or a plain folder that stands for one. */
type Opened =
  | { readonly kind: 'git'; readonly repository: GitRepository; readonly location: 'local' | 'remote' }
  | { readonly kind: 'folder'; readonly path: string };

interface OpenedTree {
  readonly tree: SharedTree;
  readonly base: AsyncDisposable;
}

function treeKey({ url, revision }: Pick<SourceLocation, 'url' | 'revision'>): string {
  return JSON.stringify([withoutPassword(url), revision]);
}

/** The folder of a source, and those that it refers to. */
function locationsOf({ location, render }: DiscoveredSource): readonly SourceLocation[] {
  return render.kind === 'argo' ? [location, ...Object.values(render.context.refs)] : [location];
}

class Shared implements AsyncDisposable {
  readonly #access: RepositoryAccess;
  readonly #opened = new Map<string, Promise<Opened>>();
  readonly #trees = new Map<string, OpenedTree>();

  constructor(access: RepositoryAccess) {
    this.#access = access;
  }

  async treeOf({ location, render, name }: DiscoveredSource): Promise<SourceTree> {
    try {
      const base = await this.locate(location);
      const refs = render.kind === 'argo' ? Object.entries(render.context.refs) : [];
      if (refs.length === 0) return base;
      const mounts = new Map<string, FileTree>();
      for (const [ref, at] of refs) mounts.set(mountPath(ref), (await this.locate(at)).tree);
      return { ...base, tree: new MountedTree(base.tree, mounts) };
    } catch (error) {
      return {
        spec: { kind: 'directory', directory: '' },
        tree: failingTree(name, asAppError(error, `cannot open ${name}`)),
        gitDirectory: null,
      };
    }
  }

  /** Throws AppError when the location is not allowed or not there. */
  async locate({ url, revision, path }: SourceLocation): Promise<SourceTree> {
    const opened = await this.#open(url);
    if (opened.kind === 'folder') {
      return {
        spec: { kind: 'directory', directory: opened.path },
        tree: new DirectoryTree(opened.path),
        gitDirectory: null,
      };
    }
    const checked = checkedSpec(url, `${revision.name ?? ''}:${path}`);
    const { repository, location } = opened;
    const key = treeKey({ url, revision });
    const { tree } = this.#trees.get(key) ?? this.#openTree(key, repository, revision);
    return {
      spec: { ...checked, repository: repository.name, location },
      tree,
      gitDirectory: repository.gitDirectory,
    };
  }

  #openTree(key: string, repository: GitRepository, revision: SourceLocation['revision']): OpenedTree {
    const { git, poll } = this.#access;
    const base = openRevision({ setup: git, repository, revision, pollInterval: poll });
    const opened = { tree: new SharedTree(base), base };
    this.#trees.set(key, opened);
    return opened;
  }

  async keepOnly(sources: readonly DiscoveredSource[]): Promise<void> {
    const used = new Set(sources.flatMap((source) => locationsOf(source).map(treeKey)));
    for (const [key, { base }] of this.#trees) {
      if (used.has(key)) continue;
      this.#trees.delete(key);
      await base[Symbol.asyncDispose]();
    }
  }

  #open(url: string): Promise<Opened> {
    // As it is written: two spellings may be two repositories, and one must never be read for the other.
    const key = withoutPassword(url);
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    const opened = this.#openNew(url);
    this.#opened.set(key, opened);
    return opened;
  }

  async #openNew(url: string): Promise<Opened> {
    const { git, cacheDirectory, mappings } = this.#access;
    const mapping = findMapping(url, mappings);
    if (mapping?.path !== undefined) return await openMapped(mapping.path);
    const refusal = whyNotFollowed(url);
    if (refusal !== null) {
      const remedy = 'Use an https or ssh URL, or map it to a repository in the configuration';
      throw new AppError({ code: 'git-refused', what: `will not open ${printableUrl(url)}`, why: refusal, remedy });
    }
    const open = async (): Promise<GitRepository> =>
      openMirror({ setup: git, url: withoutPassword(url), cacheDirectory, credentials: await credentialsOf(mapping) });
    return { kind: 'git', repository: refreshedTogether(await open(), open), location: 'remote' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { base } of this.#trees.values()) await base[Symbol.asyncDispose]();
    this.#trees.clear();
  }
}

/** Revision and path come from an object of the cluster: they are held to the rules of a source. */
function checkedSpec(url: string, rest: string): Extract<SourceSpec, { kind: 'git' }> {
  try {
    const checked = parseSourceSpec(`https://checked.invalid/repository#${rest}`);
    if (checked.kind === 'git') return checked;
  } catch (error) {
    const { code, why } = asAppError(error, 'cannot read the revision');
    const remedy = 'Correct the revision and the path in the object of the engine';
    throw new AppError({ code, what: `will not read ${printableUrl(url)}`, why, remedy, cause: error });
  }
  throw new TypeError('a URL is a repository');
}

async function openMapped(path: string): Promise<Opened> {
  try {
    return { kind: 'git', repository: await openLocalRepository(path), location: 'local' };
  } catch (error) {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
    if (!isFolder) throw error;
    return { kind: 'folder', path };
  }
}

async function credentialsOf(known: KnownRepository | undefined): Promise<GitCredentials | null> {
  if (known?.passwordFile === undefined) return null;
  try {
    const password = (await readFile(known.passwordFile, 'utf8')).trim();
    return { username: known.username ?? 'git', password };
  } catch (cause) {
    throw new AppError({
      code: 'source-unreadable',
      what: `cannot open ${printableUrl(known.url)}`,
      why: 'the file of its password cannot be read',
      remedy: 'Correct repositories[].passwordFile, or mount the Secret there',
      cause,
    });
  }
}

/** What an object of the cluster says of a user name may be part of an ssh URL; a password never is used. */
function withoutPassword(url: string): string {
  return /^https:/i.test(url) ? url.replace(/^(https:\/\/)[^/@\s]*@/i, '$1') : url;
}

/** Sources that are read at the same moment share one fetch. `reopen` reads the credentials anew: tokens are replaced while a daemon runs. */
function refreshedTogether(repository: GitRepository, reopen: () => Promise<GitRepository>): GitRepository {
  let running: Promise<void> | undefined;
  return {
    ...repository,
    async refresh(signal) {
      running ??= reopen()
        .then((current) => current.refresh(signal))
        .finally(() => {
          running = undefined;
        });
      await running;
    },
  };
}

function failingTree(name: string, error: AppError): FileTree {
  const fail = (): Promise<never> => Promise.reject(error);
  return { name, newest: fail, list: fail, read: fail, earlier: fail, watch: () => Promise.resolve() };
}

const maxFiles = 500;

/** What a generator asks of a repository. A repository that cannot be read is an answer too. */
async function answerFrom(shared: Shared, question: GitQuestion, signal: AbortSignal): Promise<GitAnswer> {
  const { url, revision, files } = question;
  try {
    const { tree } = await shared.locate({ url, revision, path: '' });
    const state = await tree.newest(signal);
    const entries = (await tree.list(state, '', signal)).filter(({ kind }) => kind === 'file');
    if (files === null) return { kind: 'directories', paths: foldersOf(entries.map(({ path }) => path)) };
    const wanted = entries.filter(({ path }) => files.some((glob) => fitsFile(glob, path))).slice(0, maxFiles);
    const contents = await tree.read(state, wanted, signal);
    const texts = wanted.flatMap(({ path }, index) => {
      const content = contents[index];
      return content?.kind === 'content' ? [{ path, text: new TextDecoder().decode(content.bytes) }] : [];
    });
    return { kind: 'files', files: texts };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    return { kind: 'unreadable', why: error.why, remedy: error.remedy };
  }
}

/** Every folder that holds a file at any depth, hidden ones left out. */
function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    if (parts.some((part) => part.startsWith('.'))) continue;
    for (let length = 1; length <= parts.length; length += 1) folders.add(parts.slice(0, length).join('/'));
  }
  return [...folders].sort();
}
