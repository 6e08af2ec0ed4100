import { describe, expect, it } from 'vitest';
import { createForgeFinder } from '../src/app-forges.ts';
import type { ForgeConfig } from '../src/config/config-schema.ts';

const forge = (url: string, commitName: string): ForgeConfig => ({
  url,
  type: 'gitea',
  tokenFile: '/nowhere/token',
  commitName,
  commitEmail: 'bot@example.org',
  signOff: false,
  labels: true,
  reviewers: true,
  drafts: 'when-incomplete',
  dashboard: true,
});

const find = createForgeFinder({
  forges: [
    forge('https://git.example.org', 'all'),
    forge('https://git.example.org/team', 'team'),
    forge('https://git.example.org/team/shop', 'shop'),
  ],
  env: {},
  clock: () => new Date(0),
});

describe('the forge of a repository', () => {
  it.each<[string, string | undefined]>([
    ['https://git.example.org/other/shop.git', 'all'],
    ['https://GIT.example.org/Team/else', 'team'],
    ['https://git.example.org/team/shop.git', 'shop'],
    ['https://git.example.org/team/shopping', 'team'],
    ['https://git.example.org.evil.dev/team/shop', undefined],
    ['https://git.example.org:8443/team/shop', undefined],
    ['https://evil.dev/git.example.org/team', undefined],
    ['https://user@git.example.org/team/shop', 'shop'],
    ['http://git.example.org/team/shop', undefined],
    ['git@git.example.org:team/shop.git', undefined],
    ['file:///srv/team/shop', undefined],
    ['not a url', undefined],
  ])('%s is the longest that fits: %s', (url, name) => {
    expect(find(url)?.identity.name).toBe(name);
  });

  it('without a token that can be read is told so, and pushes nothing', async () => {
    const found = find('https://git.example.org/team/shop.git');
    await expect(found?.remote('https://git.example.org/team/shop.git')).rejects.toMatchObject({
      code: 'proposal-failed',
      why: 'it cannot be read',
    });
  });
});
