import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MergeWay } from '../forge-world.ts';

export interface FakePull {
  readonly number: number;
  readonly branch: string;
  readonly author: string;
  readonly openedAt: string;
  base: string;
  title: string;
  body: string;
  draft: boolean;
  labels: string[];
  reviewers: string[];
  state: 'open' | 'closed' | 'merged';
  head: string;
  mergeCommit: string | null;
  updatedAt: string;
  /** Who closed it, oldest first. */
  readonly closers: string[];
  readonly comments: FakeComment[];
}

export interface FakeIssue {
  readonly number: number;
  readonly author: string;
  readonly openedAt: string;
  title: string;
  body: string;
  open: boolean;
  updatedAt: string;
}

export interface FakeComment {
  readonly id: number;
  readonly author: string;
  readonly at: string;
  body: string;
  updatedAt: string;
}

/** One repository as any forge keeps it: a bare one for git, and what the forge knows beside it. Merges are done by git. */
export interface FakeRepository {
  readonly root: string;
  /** Where git's backend looks. */
  readonly bare: string;
  readonly pulls: FakePull[];
  readonly issues: FakeIssue[];
  readonly writers: Set<string>;
  isGone: boolean;
  now(): string;
  nextNumber(): number;
  head(branch: string): string | undefined;
  /** What a push did to the open ones. */
  sync(actor: string): void;
  /** Undefined when there is an open one of the same branch and base. */
  open(content: Pick<FakePull, 'branch' | 'base' | 'title' | 'body' | 'author' | 'draft'>): FakePull | undefined;
  comment(pull: FakePull, author: string, body: string): FakeComment;
  close(pull: FakePull, actor: string): void;
  merge(pull: FakePull, way: MergeWay, actor: string): void;
  /** A person with a clone. */
  push(branch: string, files: Readonly<Record<string, string>>, actor: string): string;
  deleteBranch(branch: string, actor: string): void;
  renameBase(from: string, to: string): void;
}

/** `bare` is made; `files` are on `main`. */
export function makeFakeRepository(
  root: string,
  bare: string,
  files: Readonly<Record<string, string>>,
): FakeRepository {
  const work = join(root, 'work');
  const run = (directory: string, ...args: readonly string[]): string => gitAs('pat', root, directory, args);
  mkdirSync(bare, { recursive: true });
  run(root, 'init', '--quiet', '--bare', '--initial-branch=main', bare);
  run(root, 'init', '--quiet', '--initial-branch=main', work);
  const commit = (changed: Readonly<Record<string, string>>): string => {
    for (const [file, text] of Object.entries(changed)) {
      mkdirSync(dirname(join(work, file)), { recursive: true });
      writeFileSync(join(work, file), text);
    }
    run(work, 'add', '--all');
    run(work, 'commit', '--quiet', '--message', 'by hand');
    return run(work, 'rev-parse', 'HEAD');
  };
  commit(files);
  run(work, 'push', '--quiet', bare, 'main');
  run(bare, 'config', 'http.receivepack', 'true');
  let time = Date.parse('2026-01-02T04:00:00Z');
  let numbers = 0;
  const checkout = (branch: string, from: string): void => {
    run(work, 'fetch', '--quiet', '--prune', bare, '+refs/heads/*:refs/remotes/origin/*');
    run(work, 'checkout', '--quiet', '--force', '-B', branch, `refs/remotes/origin/${from}`);
  };
  const repository: FakeRepository = {
    root,
    bare,
    pulls: [],
    issues: [],
    writers: new Set(['pat', 'admiral']),
    isGone: false,
    now: () => new Date((time += 1_000)).toISOString().replace('.000', ''),
    nextNumber: () => (numbers += 1),
    head: (branch) => run(bare, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`) || undefined,
    sync(actor) {
      for (const pull of repository.pulls.filter(({ state }) => state === 'open')) {
        const head = repository.head(pull.branch);
        if (head === undefined) repository.close(pull, actor);
        else if (head !== pull.head) {
          pull.head = head;
          pull.updatedAt = repository.now();
        }
      }
    },
    open(content) {
      const head = repository.head(content.branch);
      const known = repository.pulls.some(
        ({ branch, base, state }) => state === 'open' && branch === content.branch && base === content.base,
      );
      if (head === undefined || known || repository.head(content.base) === undefined) return undefined;
      const now = repository.now();
      const number = repository.nextNumber();
      const times = { openedAt: now, updatedAt: now };
      const pull: FakePull = {
        ...content,
        ...times,
        number,
        head,
        labels: [],
        reviewers: [],
        closers: [],
        comments: [],
        mergeCommit: null,
        state: 'open',
      };
      repository.pulls.push(pull);
      return pull;
    },
    comment(pull, author, body) {
      const now = repository.now();
      const comment = { id: repository.nextNumber() + 1_000, author, body, at: now, updatedAt: now };
      pull.comments.push(comment);
      return comment;
    },
    close(pull, actor) {
      if (pull.state !== 'open') return;
      pull.state = 'closed';
      pull.closers.push(actor);
      pull.updatedAt = repository.now();
    },
    merge(pull, way, actor) {
      checkout(pull.base, pull.base);
      const head = `refs/remotes/origin/${pull.branch}`;
      if (way === 'merge') run(work, 'merge', '--quiet', '--no-ff', '--no-edit', head);
      else if (way === 'squash') {
        run(work, 'merge', '--quiet', '--squash', head);
        run(work, 'commit', '--quiet', '--message', pull.title);
      } else {
        const base = run(work, 'merge-base', 'HEAD', head);
        // A forge writes new commits even where a fast-forward would do.
        run(work, 'cherry-pick', '--no-ff', '--allow-empty', `${base}..${head}`);
        run(work, 'commit', '--quiet', '--amend', '--no-edit', '--reset-author');
      }
      run(work, 'push', '--quiet', bare, pull.base);
      pull.state = 'merged';
      pull.mergeCommit = run(work, 'rev-parse', 'HEAD');
      pull.updatedAt = repository.now();
      pull.closers.push(actor);
    },
    push(branch, changed, actor) {
      checkout(branch, repository.head(branch) === undefined ? 'main' : branch);
      const made = commit(changed);
      run(work, 'push', '--quiet', bare, branch);
      repository.sync(actor);
      return made;
    },
    deleteBranch(branch, actor) {
      run(bare, 'update-ref', '-d', `refs/heads/${branch}`);
      repository.sync(actor);
    },
    renameBase(from, to) {
      run(bare, 'branch', '-m', from, to);
      for (const pull of repository.pulls) if (pull.base === from) pull.base = to;
    },
  };
  return repository;
}

function gitAs(name: string, root: string, directory: string, args: readonly string[]): string {
  const env = {
    PATH: process.env['PATH'],
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: `${name}@forge.test`,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: `${name}@forge.test`,
  };
  return execFileSync('git', ['-C', directory, ...args], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}
