import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { stripCredentials } from '../../src/git/git-errors.ts';
import { gitEnvironment, runGit } from '../../src/git/run-git.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { gitSetup } from './open-source.ts';

vi.setConfig({ testTimeout: 30_000 });

const { signal } = new AbortController();
const call = { gitDirectory: null, arguments: ['anything'], signal };

/** A program that stands where git should. */
function standIn(script: string): string {
  const file = join(temporaryFolder(), 'git');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test('a git that hangs is ended at its time limit, also when it does not listen', async () => {
  const program = standIn("trap '' TERM\nwhile :; do sleep 0.1; done");
  await expect(runGit({ ...gitSetup(), program }, { ...call, limit: 100 })).rejects.toMatchObject({
    code: 'git-timeout',
    retryable: true,
  });
});

test('a git that is no longer wanted is ended with the reason of whoever stopped it', async () => {
  const program = standIn('exec sleep 30');
  const stop = new AbortController();
  const running = runGit({ ...gitSetup(), program }, { ...call, signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  await expect(runGit(gitSetup(), { ...call, signal: stop.signal })).rejects.toThrow('enough');
});

test('a git that fails says why, without credentials and without what a terminal would act on', async () => {
  const program = standIn("printf 'fatal: \\033[31mhttps://me:s3cret@example.com/a.git is odd\\n' >&2; exit 128");
  const error: unknown = await runGit({ ...gitSetup(), program }, call).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'git-failed', why: 'fatal:  [31mhttps://example.com/a.git is odd' });
});

test('nothing of the user reaches git', () => {
  const variables = {
    PATH: '/bin',
    HOME: '/home/me',
    GIT_DIR: '/x',
    GIT_CONFIG_GLOBAL: '/home/me/.gitconfig',
    GIT_EXTERNAL_DIFF: 'x',
    GITHUB_TOKEN: 's3cret',
    LD_PRELOAD: 'x',
  };
  const environment = gitEnvironment({ program: 'git', variables, home: '/empty' }, {});
  expect(environment).toMatchObject({
    PATH: '/bin',
    HOME: '/empty',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'none',
  });
  expect(Object.keys(environment)).not.toContain('GIT_DIR');
  expect(JSON.stringify(environment)).not.toMatch(/s3cret|LD_PRELOAD|EXTERNAL_DIFF|home\/me/);
});

test.for([
  ['https://user:pw@example.com/a', 'https://example.com/a'],
  ['fatal: unable to access "ssh://token@host/x": no', 'fatal: unable to access "ssh://host/x": no'],
  ['Authorization: Basic abc=', 'Authorization: Basic •••'],
  ['a\u001B[2Jb\u202Ec', 'a [2Jb c'],
] as const)('%j is told as %j', ([text, expected]) => {
  expect(stripCredentials(text)).toBe(expected);
});
