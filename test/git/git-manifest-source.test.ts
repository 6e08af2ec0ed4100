import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { stringAt, valueAt } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import type { TreeManifests } from '../../src/collectors/tree-manifests.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { openSource } from './open-source.ts';
import { configMap, TestRepository } from './repository.ts';

// They start git or wait for a watcher, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const { signal } = new AbortController();
const valueOf = (resource: Resource | undefined): unknown => valueAt(resource?.body, 'data', 'a');

describe('a revision is read without a checkout', () => {
  test('at a branch, a tag, a commit, HEAD; of a path or all; from a work tree or a bare repository', async () => {
    const repository = new TestRepository();
    const first = repository.commit({ 'apps/web.yaml': configMap('web', '1'), 'other/x.yaml': configMap('x', '1') });
    repository.git('tag', '-a', 'v1', '-m', 'v1');
    const second = repository.commit({ 'apps/web.yaml': configMap('web', '2') });
    repository.write('apps/web.yaml', configMap('web', 'not committed'));
    const bare = join(temporaryFolder(), 'bare.git');
    repository.git('clone', '--quiet', '--bare', repository.path, bare);
    const read = async (source: string): Promise<readonly unknown[]> => {
      const snapshot = await (await openSource(source)).read(signal);
      return [
        snapshot.revision,
        ...snapshot.resources.map(
          ({ id, body, origin }) => `${id.name}=${stringAt(body, 'data', 'a')} ${origin?.file}:${origin?.line}`,
        ),
      ];
    };
    expect(await read(`${repository.path}#main:apps`)).toEqual([second, 'web=2 apps/web.yaml:1']);
    expect(await read(`${repository.path}#v1`)).toEqual([first, 'web=1 apps/web.yaml:1', 'x=1 other/x.yaml:1']);
    expect(await read(`${repository.path}#${first}:apps/web.yaml`)).toEqual([first, 'web=1 apps/web.yaml:1']);
    expect(await read(`${bare}#`)).toEqual([second, 'web=2 apps/web.yaml:1', 'x=1 other/x.yaml:1']);
    expect(await read(`${bare}#HEAD:other`)).toEqual([second, 'x=1 other/x.yaml:1']);
  });

  test('at a detached HEAD, in a linked work tree, in a SHA-256 repository', async () => {
    const repository = new TestRepository('--object-format=sha256');
    const first = repository.commit({ 'a.yaml': configMap('a', '1') });
    repository.commit({ 'a.yaml': configMap('a', '2') });
    repository.git('checkout', '--quiet', '--detach', first);
    const detached = await (await openSource(`${repository.path}#`)).read(signal);
    expect(detached.revision).toHaveLength(64);
    expect(valueOf(detached.resources[0])).toBe('1');
    const linked = join(temporaryFolder(), 'linked');
    repository.git('worktree', 'add', '--quiet', linked, 'main');
    expect(valueOf((await (await openSource(`${linked}#`)).read(signal)).resources[0])).toBe('2');
  });

  test('twice costs nothing the second time, and an unchanged path is not parsed again at another commit', async () => {
    const repository = new TestRepository();
    repository.commit({ 'apps/web.yaml': configMap('web', '1') });
    const source = await openSource(`${repository.path}#main:apps`);
    const first = await source.read(signal);
    expect(await source.read(signal)).toBe(first);
    repository.commit({ 'readme.md': 'x' });
    const second = await source.read(signal);
    expect(second.revision).not.toBe(first.revision);
    expect(second.resources).toBe(first.resources);
    repository.commit({ 'apps/new.yaml': configMap('new', '1') });
    const third = await source.read(signal);
    expect(third.resources.find(({ id }) => id.name === 'web')).toBe(first.resources[0]);
  });
});

describe('what is not there is said clearly', () => {
  const refuse = async (source: string): Promise<unknown> => {
    try {
      await (await openSource(source)).read(signal);
    } catch (error) {
      return error;
    }
    throw new Error('it was read');
  };

  test('no directory, no repository, no commit, no revision, no path', async () => {
    const repository = new TestRepository();
    const empty = `${repository.path}#`;
    expect(await refuse(`${temporaryFolder()}/absent#`)).toMatchObject({
      code: 'source-not-found',
      why: 'there is no such directory',
    });
    expect(await refuse(`${temporaryFolder()}#`)).toMatchObject({
      code: 'source-not-found',
      why: 'the directory is no git repository',
    });
    expect(await refuse(empty)).toMatchObject({ code: 'source-not-found', why: 'the repository has no commit yet' });
    repository.commit({ 'a.yaml': configMap('a', '1') });
    expect(await refuse(`${repository.path}#nope`)).toMatchObject({
      code: 'source-not-found',
      why: 'it has no branch, tag or commit “nope”',
    });
    expect(await refuse(`${repository.path}#main:nope`)).toMatchObject({
      code: 'source-not-found',
      what: expect.stringContaining('main:nope'),
    });
  });

  test('a damaged repository', async () => {
    const repository = new TestRepository();
    repository.commit({ 'a.yaml': configMap('a', '1') });
    const blob = repository.git('rev-parse', 'HEAD:a.yaml');
    const tree = repository.git('rev-parse', 'HEAD^{tree}');
    const objectFile = (id: string): string => join(repository.path, '.git/objects', id.slice(0, 2), id.slice(2));
    rmSync(objectFile(blob), { force: true });
    const source = await openSource(`${repository.path}#`);
    const { resources, gaps } = await source.read(signal);
    expect(resources).toEqual([]);
    expect(gaps).toMatchObject([{ what: 'a.yaml', why: expect.stringContaining('lacks its object') }]);
    rmSync(objectFile(tree), { force: true });
    expect(await refuse(`${repository.path}#`)).toMatchObject({
      code: expect.stringMatching(/^(git-failed|source-not-found)$/),
    });
  });

  test('a remote that does not answer, or is no repository', async () => {
    expect(await refuse('https://127.0.0.1:1/a.git#')).toMatchObject({ code: 'git-failed', retryable: true });
    expect(await refuse(`file://${temporaryFolder()}/absent.git#`)).toMatchObject({ code: 'source-not-found' });
  });

  test('git itself', async () => {
    expect(await refuse2()).toMatchObject({ code: 'tool-missing' });
    async function refuse2(): Promise<unknown> {
      const repository = new TestRepository();
      repository.commit({});
      const source = await openSource(`${repository.path}#`, { variables: { PATH: '/nonexistent' } });
      return await source.read(signal).catch((error: unknown) => error);
    }
  });
});

describe('earlier versions of a resource', () => {
  test('come newest first, each once, without the present one', async () => {
    const repository = new TestRepository();
    const other = configMap('other', 'x');
    const file = (value: string): Record<string, string> => ({ 'a.yaml': `${other}---\n${configMap('a', value)}` });
    const first = repository.commit(file('1'));
    const second = repository.commit(file('2'));
    repository.commit({ 'unrelated.yaml': configMap('u', '1') });
    repository.commit({ 'a.yaml': `# a comment\n${other}---\n${configMap('a', '2')}` });
    repository.commit(file('3'));
    const source = await openSource(`${repository.path}#`);
    const { resources } = await source.read(signal);
    const find = (name: string): Resource | undefined => resources.find(({ id }) => id.name === name);
    const a = find('a');
    if (a === undefined) throw new Error('not read');
    const earlier = await source.earlier(a, 20, signal);
    expect(earlier.map(({ resource }) => valueOf(resource))).toEqual(['2', '1']);
    expect(earlier.map(({ revision }) => revision)).toEqual([expect.not.stringMatching(second), first]);
    expect(earlier[1]).toMatchObject({
      committedAt: '2026-01-02T03:01:00.000Z',
      resource: { origin: { file: 'a.yaml', line: 8 } },
    });
    expect(await source.earlier({ ...a, id: { ...a.id, namespace: 'placed' } }, 1, signal)).toHaveLength(1);
    const unchanged = find('other');
    expect(unchanged && (await source.earlier(unchanged, 20, signal))).toEqual([]);
  });

  test('are found under the name the file had before', async () => {
    const repository = new TestRepository();
    const padding = Array.from({ length: 30 }, (_, line) => `  k${line}: "${line}"\n`).join('');
    repository.commit({ 'old/a.yaml': configMap('a', '1') + padding });
    repository.write('b.yaml', '');
    repository.git('mv', 'old', 'new');
    repository.commit({ 'new/a.yaml': configMap('a', '2') + padding });
    repository.commit({ 'new/a.yaml': configMap('a', '3') + padding });
    const source = await openSource(`${repository.path}#`);
    const [a] = (await source.read(signal)).resources;
    expect(a && (await source.earlier(a, 20, signal)).map(({ resource }) => valueOf(resource))).toEqual(['2', '1']);
  });

  test('of a file that began broken or was away for a while', async () => {
    const repository = new TestRepository();
    repository.commit({ 'a.yaml': 'a: [\n' });
    repository.commit({ 'a.yaml': configMap('a', '1') });
    repository.git('rm', '--quiet', 'a.yaml');
    repository.commit({});
    repository.commit({ 'a.yaml': configMap('a', '2') });
    const source = await openSource(`${repository.path}#`);
    const [a] = (await source.read(signal)).resources;
    expect(a && (await source.earlier(a, 20, signal)).map(({ resource }) => valueOf(resource))).toEqual(['1']);
  });
});

describe('a remote', () => {
  test('is mirrored, followed, and forgets a branch that was removed', async () => {
    const repository = new TestRepository();
    repository.commit({ 'a.yaml': configMap('a', '1') });
    repository.git('branch', 'next');
    const cacheDirectory = temporaryFolder();
    const url = `file://${repository.path}`;
    const source = await openSource(`${url}#`, { cacheDirectory });
    expect(valueOf((await source.read(signal)).resources[0])).toBe('1');
    const next = await openSource(`${url}#next`, { cacheDirectory });
    expect((await next.read(signal)).resources).toHaveLength(1);
    repository.commit({ 'a.yaml': configMap('a', '2') });
    repository.git('branch', '-D', 'next');
    expect(valueOf((await source.read(signal)).resources[0])).toBe('2');
    await expect(next.read(signal)).rejects.toMatchObject({ code: 'source-not-found' });
    const [a] = (await source.read(signal)).resources;
    expect(a && (await source.earlier(a, 5, signal)).map(({ resource }) => valueOf(resource))).toEqual(['1']);
  });

  test('is mirrored anew when the mirror is damaged', async () => {
    const repository = new TestRepository();
    const first = repository.commit({ 'a.yaml': configMap('a', '1') });
    const cacheDirectory = temporaryFolder();
    const open = (): Promise<TreeManifests> => openSource(`file://${repository.path}#`, { cacheDirectory });
    await (await open()).read(signal);
    const [mirror = ''] = readdirSync(join(cacheDirectory, 'git'));
    const objects = join(cacheDirectory, 'git', mirror, 'objects');
    rmSync(objects, { recursive: true });
    mkdirSync(objects);
    repository.commit({ 'a.yaml': configMap('a', '2') });
    const { resources, revision } = await (await open()).read(signal);
    expect(valueOf(resources[0])).toBe('2');
    expect(revision).not.toBe(first);
    expect(readdirSync(join(cacheDirectory, 'git'))).toEqual([mirror]);
  });

  test('may be empty, or a SHA-256 repository', async () => {
    const empty = new TestRepository();
    const source = await openSource(`file://${empty.path}#`);
    await expect(source.read(signal)).rejects.toMatchObject({ why: 'the repository has no commit yet' });
    empty.commit({ 'a.yaml': configMap('a', '1') });
    expect((await source.read(signal)).resources).toHaveLength(1);
    const sha256 = new TestRepository('--object-format=sha256');
    sha256.commit({ 'a.yaml': configMap('a', '1') });
    expect((await (await openSource(`file://${sha256.path}#`)).read(signal)).resources).toHaveLength(1);
  });
});

describe('a watched repository', () => {
  test('calls back when its branch moves, also when the refs are packed, and not for other branches', async () => {
    const repository = new TestRepository();
    repository.commit({ 'a.yaml': configMap('a', '1') });
    const source = await openSource(`${repository.path}#main`);
    const stop = new AbortController();
    const changed = vi.fn();
    await source.watch(changed, stop.signal);
    repository.git('branch', 'other');
    repository.git('pack-refs', '--all');
    repository.commit({ 'a.yaml': configMap('a', '2') });
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), 5_000);
    repository.commit({ 'a.yaml': configMap('a', '3') });
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2), 5_000);
    stop.abort();
  });

  test('is asked at its interval when it is remote', async () => {
    const repository = new TestRepository();
    repository.commit({ 'a.yaml': configMap('a', '1') });
    const source = await openSource(`file://${repository.path}#main`, { pollInterval: 50 });
    await source.read(signal);
    const stop = new AbortController();
    const changed = vi.fn();
    await source.watch(changed, stop.signal);
    repository.commit({ 'a.yaml': configMap('a', '2') });
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), 5_000);
    stop.abort();
  });
});

describe('a hostile repository', () => {
  test('A11: runs nothing: hooks, filters, fsmonitor, external diff, signature programs, lazy fetches', async () => {
    const repository = new TestRepository();
    const trap = join(repository.path, 'trap.sh');
    const sprung = join(temporaryFolder(), 'sprung');
    writeFileSync(trap, `#!/bin/sh\ntouch ${sprung}\n`);
    chmodSync(trap, 0o755);
    repository.commit({ 'a.yaml': configMap('a', '1'), '.gitattributes': '*.yaml filter=trap diff=trap\n' });
    repository.commit({ 'a.yaml': configMap('a', '2') });
    const settings = {
      'core.hooksPath': repository.path,
      'core.fsmonitor': trap,
      'core.pager': trap,
      'filter.trap.smudge': trap,
      'diff.trap.command': trap,
      'diff.trap.textconv': trap,
      'diff.external': trap,
      'gpg.program': trap,
      'log.showSignature': 'true',
      'extensions.partialClone': 'origin',
      'remote.origin.url': `ext::${trap}`,
      'core.sshCommand': trap,
      'core.alternateRefsCommand': trap,
    };
    repository.git('config', 'core.repositoryFormatVersion', '1');
    for (const [key, value] of Object.entries(settings)) repository.git('config', key, value);
    const blob = repository.git('rev-parse', 'HEAD~1:a.yaml');
    rmSync(join(repository.path, '.git/objects', blob.slice(0, 2), blob.slice(2)), { force: true });
    const source = await openSource(`${repository.path}#`);
    const [a] = (await source.read(signal)).resources;
    expect(valueOf(a)).toBe('2');
    expect(a && (await source.earlier(a, 5, signal))).toEqual([]);
    expect(existsSync(sprung)).toBe(false);
  });

  test('A8: links that leave the tree, submodules and odd names are data', async () => {
    const repository = new TestRepository();
    symlinkSync('/etc/passwd', join(repository.path, 'outside.yaml'));
    symlinkSync('../../../outside', join(repository.path, 'above.yaml'));
    symlinkSync('loop.yaml', join(repository.path, 'loop.yaml'));
    symlinkSync('absent.yaml', join(repository.path, 'dangling.yaml'));
    symlinkSync('folder', join(repository.path, 'folder-link.yaml'));
    symlinkSync('folder/real.yaml', join(repository.path, 'inside.yaml'));
    repository.write('folder/real.yaml', configMap('real', '1'));
    repository.write('odd\nname\u202E%.yaml', configMap('odd', '1'));
    repository.write('.github/workflow.yaml', 'on: push\n');
    repository.commit({});
    repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`);
    repository.git('commit', '--quiet', '-m', 'a submodule');
    const { resources, gaps } = await (await openSource(`${repository.path}#`)).read(signal);
    expect(resources.map(({ id, origin }) => [id.name, origin?.file])).toEqual([
      ['real', 'folder/real.yaml'],
      ['real', 'inside.yaml'],
      ['odd', 'odd\nname\u202E%.yaml'],
    ]);
    expect(Object.fromEntries(gaps.map(({ what, why }) => [what, why]))).toEqual({
      'outside.yaml': 'it is a symbolic link that leaves the tree, which is refused',
      'above.yaml': 'it is a symbolic link that leaves the tree, which is refused',
      'loop.yaml': 'it is a symbolic link to nothing',
      'dangling.yaml': 'it is a symbolic link to nothing',
      'folder-link.yaml': 'it is a symbolic link to a folder, which is not followed',
      module: 'it is a submodule, and those are never fetched',
    });
  });

  test('A19: files that are no text, and files over the limit, are refused by name', async () => {
    const repository = new TestRepository();
    writeFileSync(join(repository.path, 'large.yaml'), Buffer.alloc(21 * 1024 * 1024, 'a'));
    writeFileSync(join(repository.path, 'latin.yaml'), Buffer.from([0x61, 0x3a, 0xe9]));
    writeFileSync(join(repository.path, 'utf16.yaml'), Buffer.from('\uFEFFa: 1', 'utf16le'));
    repository.commit({ 'good.yaml': configMap('good', '1') });
    const { resources, gaps } = await (await openSource(`${repository.path}#`)).read(signal);
    expect(resources.map(({ id }) => id.name)).toEqual(['good']);
    expect(gaps.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      'large.yaml: it is larger than 20 MiB (21 MiB)',
      'latin.yaml: it is not UTF-8 text',
      'utf16.yaml: it is not UTF-8 text',
    ]);
  });
});
