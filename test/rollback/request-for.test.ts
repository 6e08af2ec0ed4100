import { describe, expect, it } from 'vitest';
import type { ForgeTraits, PullRequest } from '../../src/rollback/pull-requests.ts';
import { isCurrent, requestFor } from '../../src/rollback/request-for.ts';
import { parseMachineBlock } from '../../src/rollback/text/machine-block.ts';
import { planFor } from '../forge/propose-world.ts';
import { sha256 } from './reports.ts';

const traits: ForgeTraits = {
  name: 'small',
  bodyLimit: 4_000,
  drafts: 'no',
  labels: false,
  reviewers: false,
  owners: null,
  markdown: 'html-comments',
};
const manners = { labels: false, reviewers: false, drafts: false };
const place = { base: 'main', commit: 'c'.repeat(40), traits, manners, reviewers: [] };
const { plan } = planFor('a'.repeat(40));
const request = requestFor(plan, place, sha256);

function shown(more: Partial<PullRequest>): PullRequest {
  const at = '2026-01-02T03:04:05Z';
  const state = { state: 'open', closedByPerson: false, reopened: false, mergeCommit: null } as const;
  return { ...request, ...state, id: '1', openedAt: at, updatedAt: at, link: 'l', ...more };
}

describe('what a forge is asked to show', () => {
  it('fits there with its block, however long the plan is', () => {
    const long = { ...plan, body: plan.body.replace('### Cause', `${'much more\n'.repeat(2_000)}### Cause`) };
    const { body } = requestFor(long, place, sha256);
    expect(body.length).toBeLessThanOrEqual(4_000);
    expect(parseMachineBlock(body)).toMatchObject({
      object: plan.object,
      digest: expect.stringMatching(/^[\da-f]{32}$/),
    });
  });

  it.each<[string, Partial<PullRequest>, boolean]>([
    ['as it was written', {}, true],
    ['with line ends of another system', { body: request.body.replaceAll('\n', '\r\n') }, true],
    ['with words of a person in it', { body: `I look into this.\n\n${request.body}` }, true],
    ['with another title of a person', { title: 'Please look at this' }, true],
    ['with its block taken out', { body: 'gone' }, false],
    ['on another commit', { commit: 'd'.repeat(40) }, false],
    ['without its seal', { body: plan.body }, false],
  ])('%s', (_how, known, current) => {
    expect(isCurrent(shown(known), request)).toBe(current);
  });

  it('is asked again when Mooring has something else to say, not when only the base moved', () => {
    const moved = planFor('b'.repeat(40)).plan;
    expect(isCurrent(shown({}), requestFor(moved, place, sha256))).toBe(true);
    const other = { ...plan, body: plan.body.replace('### Checks', 'One more thing.\n\n### Checks') };
    expect(isCurrent(shown({}), requestFor(other, place, sha256))).toBe(false);
  });
});
