import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/config/config-problem.ts';
import { examineConfig } from '../../src/config/load-config.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mooring-forges-'));
  await writeFile(join(dir, 'token'), 'abc123\n');
  await writeFile(join(dir, 'two-tokens'), 'abc 123\n');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function examine(forges: readonly object[]): ReturnType<typeof examineConfig> {
  const file = join(dir, 'mooring.yaml');
  await writeFile(file, JSON.stringify({ forges }));
  return await examineConfig({ file, env: {}, flags: {} });
}

const good = { url: 'https://git.example.org', type: 'gitea', tokenFile: 'token' };

describe('a forge in mooring.yaml', () => {
  it('has its files beside the configuration, and defaults', async () => {
    const { loaded } = await examine([good]);
    expect(loaded?.config.forges).toEqual([
      {
        ...good,
        tokenFile: join(dir, 'token'),
        commitName: 'Mooring',
        commitEmail: 'mooring@mooring.invalid',
        signOff: false,
        labels: true,
        reviewers: true,
        drafts: 'when-incomplete',
        dashboard: true,
      },
    ]);
  });

  it('on github.com may name its API, which is on another host', async () => {
    const github = { ...good, type: 'github', url: 'https://github.com/shop', api: 'https://api.github.com' };
    expect((await examine([github])).problems).toEqual([]);
  });

  it.each<[string, readonly object[], string]>([
    [
      'without a token',
      [{ ...good, tokenFile: 'none' }],
      'forges[0].tokenFile is "DIR/none": the file cannot be read.',
    ],
    ['with two tokens', [{ ...good, tokenFile: 'two-tokens' }], 'it does not hold exactly one token.'],
    ['named twice', [good, good], 'forges[1].url is "https://git.example.org": another forge has this URL already.'],
    ['of an API elsewhere', [{ ...good, api: 'https://evil.dev/api' }], 'it is on another host than url'],
    ['without TLS', [{ ...good, url: 'http://git.example.org' }], 'it is no https URL without a user'],
    ['with a user', [{ ...good, url: 'https://me:pw@git.example.org' }], 'it is no https URL without a user'],
    [
      'of an App without its key',
      [{ ...good, type: 'github', appId: '4711' }],
      'it does not hold the private key of the App',
    ],
    ['that has no Apps', [{ ...good, appId: '4711' }], 'forges[0].appId is "4711": gitea has no Apps'],
    ['with a key that is not there', [{ ...good, signingKeyFile: 'key' }], 'forges[0].signingKeyFile is "DIR/key"'],
  ])('%s is told', async (_what, forges, told) => {
    const { problems } = await examine(forges);
    expect(problems.map((each) => describeProblem(each).replaceAll(dir, 'DIR')).join('\n')).toContain(told);
    expect(JSON.stringify(problems)).not.toMatch(/abc123|me:pw/);
  });
});
