import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors/app-error.ts';
import { askRemote, type RemoteCall } from './ask-remote.ts';
import { stripCredentials } from './git-errors.ts';
import { type GitSetup, runGit } from './run-git.ts';

/** A repository that is read without a checkout. */
export interface GitRepository {
  /** The path or URL, without credentials. */
  readonly name: string;
  /** On this machine and read in place, so that its refs can be watched. */
  readonly isLocal: boolean;
  readonly gitDirectory: string;
  /** Where refs and packs are; another directory than `gitDirectory` in a linked work tree. */
  readonly commonDirectory: string;
  /** The ref that stands for the repository's own HEAD. */
  readonly head: string;
  /** Fetches what is new; does nothing for a local repository. */
  refresh(signal: AbortSignal): Promise<void>;
}

/** User name and password (or token) of one remote; never part of a URL or an argument. */
export interface GitCredentials {
  readonly username: string;
  readonly password: string;
}

/** Opens a repository of this machine in place: a bare one, a work tree, or a linked work tree. */
export async function openLocalRepository(path: string): Promise<GitRepository> {
  const root = resolve(path);
  const gitDirectory = (await gitDirectoryOf(join(root, '.git'))) ?? ((await isGitDirectory(root)) ? root : undefined);
  if (gitDirectory === undefined) {
    throw new AppError({
      code: 'source-not-found',
      what: `cannot read the repository ${path}`,
      why: (await exists(root)) ? 'the directory is no git repository' : 'there is no such directory',
      remedy: 'Correct the path of the source, or leave #REVISION away to read a plain directory',
    });
  }
  const common = await readFile(join(gitDirectory, 'commondir'), 'utf8').catch(() => '.');
  return {
    name: path,
    isLocal: true,
    gitDirectory,
    commonDirectory: resolve(gitDirectory, common.trim()),
    head: 'HEAD',
    refresh: () => Promise.resolve(),
  };
}

export interface MirrorOptions {
  readonly setup: GitSetup;
  readonly url: string;
  /** Mirrors of all remotes live below it. */
  readonly cacheDirectory: string;
  readonly credentials: GitCredentials | null;
}

/**
 * Opens a bare mirror of a remote in the cache, making it when it is not there. It is an ordinary bare repository without a
 * configured remote, so nothing in it can point elsewhere. Nothing is fetched before `refresh`.
 */
export function openMirror(options: MirrorOptions): GitRepository {
  const key = createHash('sha256').update(stripCredentials(options.url)).digest('hex').slice(0, 24);
  const gitDirectory = join(options.cacheDirectory, 'git', `${key}.git`);
  return {
    name: stripCredentials(options.url),
    isLocal: false,
    gitDirectory,
    commonDirectory: gitDirectory,
    head: 'refs/mooring/HEAD',
    refresh: (signal) => refreshMirror(options, gitDirectory, signal),
  };
}

async function refreshMirror(options: MirrorOptions, gitDirectory: string, signal: AbortSignal): Promise<void> {
  if (!(await isGitDirectory(gitDirectory))) await makeMirror(options, gitDirectory, signal);
  try {
    await fetchAll(options, gitDirectory, signal);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (/\.lock': File exists|cannot lock ref/.test(error.why)) {
      // Another process fetches into the same mirror, or died while it did.
      await sleep(lockPatience, undefined, { signal });
    } else if (isDamage.test(error.why)) {
      // It is a cache: nothing is lost with it.
      await rm(gitDirectory, { recursive: true, force: true });
      await makeMirror(options, gitDirectory, signal);
    } else throw error;
    await fetchAll(options, gitDirectory, signal);
  }
}

const lockPatience = 1_000;
const isDamage =
  /is corrupt|is empty|bad object|missing blob|did not send all necessary objects|unable to read (tree|sha1|object)|not a git repository: '|does not point to a valid object/;

/** Made beside its place and moved there when it is whole, so that a process that dies leaves no half of one. */
async function makeMirror(options: MirrorOptions, gitDirectory: string, signal: AbortSignal): Promise<void> {
  const parent = dirname(gitDirectory);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const made = await mkdtemp(join(parent, 'new-'));
  try {
    // Ids of 64 digits are those of a SHA-256 repository; a mirror must speak the same.
    const refs = await askRemote(options.setup, remoteCall(options, ['ls-remote', '--', options.url], signal));
    const format = /^[\da-f]{64}\s/.test(refs) ? 'sha256' : 'sha1';
    const init = ['init', '--bare', '--quiet', `--object-format=${format}`, '--template=', '--', made];
    await runGit(options.setup, { gitDirectory: null, arguments: init, signal });
    await rename(made, gitDirectory);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    // Another process was faster.
    if (!(await isGitDirectory(gitDirectory))) throw error;
  }
}

async function fetchAll(options: MirrorOptions, gitDirectory: string, signal: AbortSignal): Promise<void> {
  const fetch = ['fetch', '--progress', '--prune', '--no-tags', '--no-write-fetch-head', '--', options.url];
  const ask = (refspecs: readonly string[]): Promise<string> =>
    askRemote(options.setup, remoteCall(options, [`--git-dir=${gitDirectory}`, ...fetch, ...refspecs], signal));
  const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
  try {
    await ask([...refspecs, '+HEAD:refs/mooring/HEAD']);
  } catch (error) {
    // A repository without commits has no HEAD to fetch.
    if (!(error instanceof AppError) || !/couldn't find remote ref HEAD/.test(error.why)) throw error;
    await ask(refspecs);
  }
}

function remoteCall(options: MirrorOptions, args: readonly string[], signal: AbortSignal): RemoteCall {
  return { url: options.url, settings: credentialSettings(options), arguments: args, signal };
}

/** A header for this host alone, and no redirect, so that credentials never reach another. */
function credentialSettings({ url, credentials }: MirrorOptions): Readonly<Record<string, string>> {
  if (credentials === null || !/^https:/i.test(url)) return {};
  const token = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  return {
    [`http.${new URL(url).origin}/.extraHeader`]: `Authorization: Basic ${token}`,
    'http.followRedirects': 'false',
  };
}

async function gitDirectoryOf(dotGit: string): Promise<string | undefined> {
  const found = await stat(dotGit).catch(() => undefined);
  if (found?.isDirectory() === true) return (await isGitDirectory(dotGit)) ? dotGit : undefined;
  if (found?.isFile() !== true) return undefined;
  const target = /^gitdir: (.+)$/m.exec(await readFile(dotGit, 'utf8'))?.[1]?.trim();
  if (target === undefined) return undefined;
  const directory = isAbsolute(target) ? target : resolve(dotGit, '..', target);
  return (await exists(join(directory, 'HEAD'))) ? directory : undefined;
}

async function isGitDirectory(path: string): Promise<boolean> {
  return (await exists(join(path, 'HEAD'))) && (await exists(join(path, 'objects')));
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
