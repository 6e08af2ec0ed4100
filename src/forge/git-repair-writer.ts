import { Buffer } from 'node:buffer';
import { AppError } from '../errors/app-error.ts';
import type { BranchHead, CommitDraft, PublishResult, RepairRepository } from '../rollback/repair-repository.ts';
import { type GitPlace, gitText, gitTextIfAny } from './git-call.ts';
import { listRefs, readRef, writeRef } from './git-refs.ts';
import type { SignCommit } from './ssh-signer.ts';
import { entryAt, replaceInTree } from './git-trees.ts';

/** Whose name stands on Mooring's commits; a commit with any other address counts as a person's. */
export interface CommitIdentity {
  readonly name: string;
  readonly email: string;
}

export interface RepairWriterOptions {
  readonly place: GitPlace;
  readonly baseBranch: string;
  readonly identity: CommitIdentity;
  /** Adds a `Signed-off-by` line. */
  readonly signOff?: boolean;
  /** Signs each commit. */
  readonly sign?: SignCommit;
}

const largestFile = 8 * 1024 * 1024;

/**
 * Commits without a checkout: blobs, trees and the commit are written as objects, so no hook, filter, attribute, symbolic link or
 * submodule of the repository is ever involved. The commit carries the base's own time, so the same change is the same commit.
 */
export function createRepairWriter(options: RepairWriterOptions): RepairRepository {
  const { place, baseBranch } = options;
  return {
    baseCommit: async (signal) => {
      const commit = await readRef(place, `refs/heads/${baseBranch}`, signal);
      if (commit !== undefined) return commit;
      throw new AppError({
        code: 'source-not-found',
        what: 'cannot propose a change',
        why: `the repository has no branch ${baseBranch}`,
        remedy: 'Name the branch that repairs go into',
      });
    },
    readFiles: (commit, files, signal) => readFiles(place, commit, files, signal),
    writeCommit: (draft, signal) => writeCommit(options, draft, signal),
    branchHead: (branch, signal) => branchHead(options, branch, signal),
    publish: (branch, commit, expected, signal) => publish(place, { branch, commit, expected }, signal),
  };
}

async function readFiles(
  place: GitPlace,
  commit: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const file of files) {
    const entry = await entryAt(place, commit, file, signal);
    if (entry === undefined) continue;
    const { output } = await place.git({
      gitDirectory: place.gitDirectory,
      arguments: ['cat-file', 'blob', entry.id],
      signal,
    });
    texts.set(file, decode(output, file));
  }
  return texts;
}

function decode(bytes: Buffer, file: string): string {
  const refuse = (why: string): AppError =>
    new AppError({ code: 'manifest-refused', what: `cannot edit ${file}`, why, remedy: 'Edit the file by hand' });
  if (bytes.length > largestFile) throw refuse('it is larger than 8 MiB');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refuse('it is not UTF-8');
  }
}

async function writeCommit(options: RepairWriterOptions, draft: CommitDraft, signal: AbortSignal): Promise<string> {
  const { place } = options;
  const blobs = new Map<string, string | null>();
  for (const { file, after } of draft.files) {
    blobs.set(file, after === null ? null : await writeObject(place, 'blob', after, signal));
  }
  const parentTree = await gitText(
    place,
    ['rev-parse', '--verify', '--end-of-options', `${draft.parent}^{tree}`],
    signal,
  );
  const tree = await replaceInTree(place, parentTree, blobs, signal);
  const time = await gitText(place, ['show', '--no-patch', '--format=%ct', '--end-of-options', draft.parent], signal);
  const text = commitText(options, draft, { tree: tree ?? '', time });
  const signature = await options.sign?.(text, signal);
  return await writeObject(place, 'commit', signature === undefined ? text : withSignature(text, signature), signal);
}

/** A header of several lines: each after the first begins with a space. */
function withSignature(text: string, signature: string): string {
  const end = text.indexOf('\n\n');
  return `${text.slice(0, end)}\ngpgsig ${signature.replaceAll('\n', '\n ')}${text.slice(end)}`;
}

/** A commit object as git stores it; git checks the form before it keeps it. */
function commitText(
  { identity, signOff }: RepairWriterOptions,
  draft: CommitDraft,
  made: { tree: string; time: string },
): string {
  const person = `${oneLine(identity.name)} <${oneLine(identity.email)}>`;
  const lines = [
    `tree ${made.tree}`,
    `parent ${draft.parent}`,
    `author ${person} ${made.time} +0000`,
    `committer ${person} ${made.time} +0000`,
    '',
    draft.message.trimEnd(),
    ...(signOff === true ? [`Signed-off-by: ${person}`] : []),
    '',
  ];
  return lines.join('\n').replaceAll('\0', '');
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}<>]/gu, ' ').trim();
}

async function writeObject(place: GitPlace, type: string, content: string, signal: AbortSignal): Promise<string> {
  return await gitText(
    place,
    ['hash-object', '-t', type, '-w', '--no-filters', '--stdin'],
    signal,
    Buffer.from(content, 'utf8'),
  );
}

async function branchHead(
  options: RepairWriterOptions,
  branch: string,
  signal: AbortSignal,
): Promise<BranchHead | undefined> {
  const { place, baseBranch } = options;
  const commit = await readRef(place, `refs/heads/${branch}`, signal);
  if (commit === undefined) return undefined;
  const base = await readRef(place, `refs/heads/${baseBranch}`, signal);
  const fork = base === undefined ? undefined : await gitTextIfAny(place, ['merge-base', '--', base, commit], signal);
  if (fork === undefined) return { commit, fork: commit, foreign: true };
  const people = await gitTextIfAny(
    place,
    ['log', '--format=%ae%n%ce', '--end-of-options', `${fork}..${commit}`],
    signal,
  );
  const own = people?.split('\n').every((email) => email === '' || email === oneLine(options.identity.email)) ?? false;
  return { commit, fork, foreign: !own };
}

/** A branch that somebody works on in a work tree of this repository is not moved under them. */
async function publish(
  place: GitPlace,
  change: { readonly branch: string; readonly commit: string; readonly expected: string | null },
  signal: AbortSignal,
): Promise<PublishResult> {
  const ref = `refs/heads/${change.branch}`;
  if (place.remote === null) await refuseCheckedOut(place, ref, signal);
  const blocking = await shorterBranch(place, ref, signal);
  if (blocking !== undefined) {
    throw new AppError({
      code: 'git-refused',
      what: `cannot write ${change.branch}`,
      why: `a branch named ${blocking} is in the way`,
      remedy: `Rename the branch ${blocking}`,
    });
  }
  return (await writeRef(place, ref, { to: change.commit, expected: change.expected }, signal)) === 'written'
    ? 'published'
    : 'moved';
}

async function refuseCheckedOut(place: GitPlace, ref: string, signal: AbortSignal): Promise<void> {
  const trees = await gitText(place, ['worktree', 'list', '--porcelain'], signal);
  if (!trees.split('\n').includes(`branch ${ref}`)) return;
  throw new AppError({
    code: 'git-refused',
    what: `cannot write ${ref}`,
    why: 'it is checked out in a work tree',
    remedy: 'Check out another branch there',
  });
}

/** `mooring` or `mooring/adopt` as a branch leaves no room for `mooring/adopt/…`. */
async function shorterBranch(place: GitPlace, ref: string, signal: AbortSignal): Promise<string | undefined> {
  const parts = ref.split('/');
  for (let length = 3; length < parts.length; length += 1) {
    const shorter = parts.slice(0, length).join('/');
    if ((await listRefs(place, shorter, signal)).has(shorter)) return shorter.replace('refs/heads/', '');
  }
  return undefined;
}
