import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GitPlace, RunGit } from '../../src/forge/git-call.ts';
import { runGit } from '../../src/git/run-git.ts';

/** A real repository with a work tree, and git as the product starts it. */
export interface GitWorld extends Disposable {
  readonly root: string;
  readonly repository: string;
  readonly place: GitPlace;
  readonly run: RunGit;
  /** Git as a person uses it in the work tree. */
  readonly git: (...args: readonly string[]) => string;
  /** Writes files and commits them as a person. */
  readonly commit: (files: Readonly<Record<string, string>>, message: string) => string;
}

const person = {
  GIT_AUTHOR_NAME: 'Pat',
  GIT_AUTHOR_EMAIL: 'pat@example.dev',
  GIT_COMMITTER_NAME: 'Pat',
  GIT_COMMITTER_EMAIL: 'pat@example.dev',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

export function runGitFor(home: string): RunGit {
  const setup = { program: 'git', variables: { PATH: process.env['PATH'] }, home };
  return (call) => runGit(setup, call);
}

export function makeGitWorld(files: Readonly<Record<string, string>>, format = 'sha1'): GitWorld {
  const root = mkdtempSync(join(tmpdir(), 'mooring-forge-'));
  const repository = join(root, 'repository');
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', repository, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: root, ...person },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trimEnd();
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', `--object-format=${format}`, repository], {
    env: { PATH: process.env['PATH'], HOME: root, ...person },
  });
  const commit = (changed: Readonly<Record<string, string>>, message: string): string => {
    for (const [file, text] of Object.entries(changed)) {
      mkdirSync(dirname(join(repository, file)), { recursive: true });
      writeFileSync(join(repository, file), text);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  commit(files, 'first');
  const run = runGitFor(root);
  const place = { git: run, gitDirectory: join(repository, '.git'), remote: null };
  return {
    root,
    repository,
    place,
    run,
    git,
    commit,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The same repository as a remote, seen through a bare mirror as for a URL. */
export function asRemote(world: GitWorld): GitPlace {
  const mirror = join(world.root, 'mirror.git');
  execFileSync('git', ['init', '--quiet', '--bare', mirror], {
    env: { PATH: process.env['PATH'], HOME: world.root, ...person },
  });
  return {
    git: world.run,
    gitDirectory: mirror,
    remote: { url: `file://${world.repository}`, protocols: ['file'], settings: {} },
  };
}
