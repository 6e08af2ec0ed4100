import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { startGitServer } from './git-server.ts';
import { openSource } from './open-source.ts';
import { configMap, TestRepository } from './repository.ts';

// They start git or wait for a watcher, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const { signal } = new AbortController();
const credentials = { username: 'reader', password: 's3cret-token' };
const authorization = `Basic ${Buffer.from('reader:s3cret-token').toString('base64')}`;

function bareRepository(): string {
  const repository = new TestRepository();
  repository.commit({ 'a.yaml': configMap('a', '1') });
  const bare = join(temporaryFolder(), 'shop.git');
  repository.git('clone', '--quiet', '--bare', repository.path, bare);
  return bare;
}

describe('a repository behind https', () => {
  test('is read with credentials that no argument and no file holds', async () => {
    const root = dirname(bareRepository());
    const server = await startGitServer({ root, authorization });
    const cacheDirectory = temporaryFolder();
    const source = await openSource(`${server.origin}/shop.git#main`, {
      credentials,
      cacheDirectory,
      variables: { GIT_SSL_CAINFO: server.caFile },
    });
    const { resources, source: name } = await source.read(signal);
    expect(resources.map(({ id }) => id.name)).toEqual(['a']);
    expect(name).toBe(`${server.origin}/shop.git#main`);
    expect(new Set(server.seen)).toEqual(new Set([authorization]));
    const kept = spawnSync('grep', ['-rlE', `s3cret|${authorization.slice(6)}`, cacheDirectory], { encoding: 'utf8' });
    expect(kept).toMatchObject({ status: 1, stdout: '' });
  });

  test('wants other credentials: one clear error without them', async () => {
    const server = await startGitServer({ root: temporaryFolder(), authorization: 'Basic other' });
    const variables = { GIT_SSL_CAINFO: server.caFile };
    for (const given of [{ credentials, variables }, { variables }]) {
      const source = await openSource(`${server.origin}/shop.git#`, given);
      const error: unknown = await source.read(signal).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'source-unreadable',
        why: 'the server wants credentials, or does not accept the ones it got',
      });
      expect(JSON.stringify(error) + String(error)).not.toContain('s3cret');
    }
  });

  test('sends its credentials to no other address', async () => {
    const other = await startGitServer({ root: dirname(bareRepository()) });
    const server = await startGitServer({ root: temporaryFolder(), redirectTo: other.origin });
    const source = await openSource(`${server.origin}/shop.git#`, {
      credentials,
      variables: { GIT_SSL_CAINFO: server.caFile },
    });
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'git-refused' });
    expect(server.seen).toEqual([authorization]);
    expect(other.seen).toEqual([]);
  });

  test('whose certificate nobody knows is not trusted', async () => {
    const server = await startGitServer({ root: dirname(bareRepository()) });
    const source = await openSource(`${server.origin}/shop.git#`, { credentials });
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'git-failed', retryable: true });
    expect(server.seen).toEqual([]);
  });

  test('that never answers is given up when it is no longer wanted', async () => {
    const server = await startGitServer({ root: temporaryFolder(), isSilent: true });
    const source = await openSource(`${server.origin}/shop.git#`, { variables: { GIT_SSL_CAINFO: server.caFile } });
    const stop = new AbortController();
    const reading = source.read(stop.signal);
    reading.catch(() => {});
    await vi.waitFor(() => expect(server.seen).toHaveLength(1), 10_000);
    stop.abort(new Error('not wanted'));
    await expect(reading).rejects.toThrow('not wanted');
  });
});
