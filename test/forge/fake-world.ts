import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { GitPlace } from '../../src/forge/git-call.ts';
import { overNetwork } from '../../src/forge/git-refs.ts';
import { createRepairWriter } from '../../src/forge/git-repair-writer.ts';
import { createBranchRemover } from '../../src/forge/remove-branch.ts';
import { runGit } from '../../src/git/run-git.ts';
import type { Forge } from '../../src/rollback/forge.ts';
import type { FakeHost } from './fakes/fake-host.ts';
import type { FakePull } from './fakes/fake-repository.ts';
import { type ForgeWorld, type Person, signal } from './forge-world.ts';
import { identity } from './propose-world.ts';

export interface FakeWorldOptions {
  readonly host: FakeHost;
  readonly token: string;
  /** Name under which git shows the token. */
  readonly gitUser: string;
  readonly forge: (removeBranch: (branch: string, signal: AbortSignal) => Promise<void>) => Forge;
}

/** A world on a fake: people act on its state, Mooring comes over HTTP and git. */
export function openFakeWorld({ host, token, gitUser, forge }: FakeWorldOptions): ForgeWorld {
  const url = `${host.origin}/shop/web.git`;
  const place = placeFor(host, url, `${gitUser}:${token}`);
  const repository = createRepairWriter({ place, baseBranch: 'main', identity });
  const removeBranch = createBranchRemover(place, repository);
  return {
    forge: () => forge(removeBranch),
    repository,
    publishAll: async (commit, branches) => {
      const refs = branches.map((branch) => `${commit}:refs/heads/${branch}`);
      await overNetwork(place, ['push', '--quiet', '--', url, ...refs], signal);
    },
    token,
    person: personOf(host),
    stranger: {
      comment: (id, body) => Promise.resolve(void host.repository.comment(pullOf(host, id), 'stranger', body)),
    },
    faults: host.faults,
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

function placeFor(host: FakeHost, url: string, credential: string): GitPlace {
  const mirror = join(host.root, 'mirror.git');
  execFileSync('git', ['init', '--quiet', '--bare', mirror]);
  const variables = { PATH: process.env['PATH'], GIT_SSL_CAINFO: host.caFile };
  const setup = { program: 'git', variables, home: host.root };
  const header = `Authorization: Basic ${Buffer.from(credential).toString('base64')}`;
  const settings = { [`http.${host.origin}/.extraHeader`]: header };
  return { git: (call) => runGit(setup, call), gitDirectory: mirror, remote: { url, protocols: ['https'], settings } };
}

function pullOf({ repository }: FakeHost, id: string): FakePull {
  const pull = repository.pulls.find(({ number }) => String(number) === id);
  if (pull === undefined) throw new Error(`the fake has no pull request ${id}`);
  return pull;
}

function personOf(host: FakeHost): Person {
  const { repository } = host;
  const later = async (act: () => void): Promise<void> => {
    act();
    await Promise.resolve();
  };
  return {
    push: (branch, files) => Promise.resolve(repository.push(branch, files, 'pat')),
    merge: (id, way) => later(() => repository.merge(pullOf(host, id), way, 'pat')),
    close: (id) => later(() => repository.close(pullOf(host, id), 'pat')),
    deleteBranch: (branch) => later(() => repository.deleteBranch(branch, 'pat')),
    reopen: (id) => later(() => void (pullOf(host, id).state = 'open')),
    edit: (id, change) => later(() => void Object.assign(pullOf(host, id), change)),
    label: (id, label) => later(() => void pullOf(host, id).labels.push(label)),
    comment: (id, body) => later(() => void repository.comment(pullOf(host, id), 'pat', body)),
    open: (branch, base, title) =>
      later(() => void repository.open({ branch, base, title, body: '', author: 'pat', draft: false })),
    reviewersOf: (id) => Promise.resolve(pullOf(host, id).reviewers),
    issues: () => Promise.resolve(repository.issues),
    closeIssue: (title) =>
      later(() => {
        for (const issue of repository.issues) if (issue.title === title) issue.open = false;
      }),
    renameBase: (to) => later(() => repository.renameBase('main', to)),
    deleteRepository: () => later(() => void (repository.isGone = true)),
  };
}
