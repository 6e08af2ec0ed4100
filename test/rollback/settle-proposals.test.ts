import { describe, expect, it } from 'vitest';
import type { PullRequest, PullRequests } from '../../src/rollback/pull-requests.ts';
import type { RepairRepository } from '../../src/rollback/repair-repository.ts';
import { closePointless } from '../../src/rollback/settle-proposals.ts';

const signal = new AbortController().signal;

function world(foreign: boolean) {
  const closed: string[] = [];
  const said: (readonly string[])[] = [];
  const unused = (): Promise<never> => Promise.reject(new Error('not asked for here'));
  const repository: RepairRepository = {
    baseCommit: unused,
    readFiles: unused,
    writeCommit: unused,
    publish: unused,
    branchHead: () => Promise.resolve({ commit: 'c', fork: 'f', foreign }),
  };
  const pullRequests: PullRequests = {
    traits: {
      name: 'small',
      bodyLimit: 1_000,
      drafts: 'no',
      labels: false,
      reviewers: false,
      owners: null,
      markdown: 'html-comments',
    },
    find: unused,
    list: unused,
    open: unused,
    update: unused,
    close: (branch) => Promise.resolve(void closed.push(branch)),
  };
  const conversation = {
    list: unused,
    say: (...words: readonly [string, string, string, AbortSignal]) =>
      Promise.resolve(void said.push(words.slice(0, 3).map(String))),
  };
  return { closed, said, dependencies: { repository, pullRequests, conversation } };
}

function pullRequest(more: Partial<PullRequest>): PullRequest {
  const at = '2026-01-02T03:04:05Z';
  const text = { branch: 'mooring/adopt/x', base: 'main', title: 't', body: 'b', commit: 'c', link: 'l', labels: [] };
  const state = { state: 'open', draft: false, closedByPerson: false, reopened: false, mergeCommit: null } as const;
  return { id: '7', ...text, ...state, openedAt: at, updatedAt: at, ...more };
}

describe('a proposal that lost its point', () => {
  it('is closed', async () => {
    const { closed, said, dependencies } = world(false);
    const pointless = [{ pullRequest: pullRequest({}), reason: 'live and Git agree' }];
    expect(await closePointless(pointless, dependencies, signal)).toEqual(['mooring/adopt/x']);
    expect([closed, said]).toEqual([['mooring/adopt/x'], []]);
  });

  it.each<[string, Partial<PullRequest>, boolean, string]>([
    ['wrote to', {}, true, 'a person wrote to its branch'],
    ['opened again', { reopened: true }, false, 'a person opened it again'],
  ])('stays open when a person %s it, and says why', async (_what, more, foreign, why) => {
    const { closed, said, dependencies } = world(foreign);
    const pointless = [{ pullRequest: pullRequest(more), reason: 'superseded by @all #1' }];
    expect(await closePointless(pointless, dependencies, signal)).toEqual([]);
    expect(closed).toEqual([]);
    expect(said).toEqual([['7', 'spared', expect.stringContaining(why)]]);
    expect(said[0]?.[2]).not.toMatch(/@all|#1/);
  });
});
