import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { DirectorySource } from '../../src/collectors/directory-source.ts';
import type { LiveFeed } from '../../src/collectors/live-source.ts';
import { valueAt } from '../../src/resource/json.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { configMap } from '../git/repository.ts';
import { eventually } from './watch-files.ts';

// They start git or wait for a watcher, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const nothing = { declared: [], evidence: [] };
const { signal } = new AbortController();

describe('a folder of dumps', () => {
  test('is read whole: single objects, documents, lists, JSON, CRDs, OpenAPI documents, any depth', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'openapi'));
    mkdirSync(join(folder, 'deep/er'), { recursive: true });
    writeFileSync(join(folder, 'one.yaml'), configMap('one', '1'));
    writeFileSync(join(folder, 'two.yml'), `${configMap('two', '1')}---\n${configMap('three', '1')}`);
    const item = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'four', namespace: 'shop' } };
    writeFileSync(join(folder, 'deep/er/list.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item] }));
    writeFileSync(join(folder, 'openapi/apps.json'), '{"openapi":"3.0.0"}');
    writeFileSync(join(folder, 'notes.txt'), 'not read');
    utimesSync(join(folder, 'one.yaml'), 0, new Date('2030-01-02T03:04:05Z'));
    const snapshot = await new DirectorySource(folder).read(nothing, signal);
    expect(snapshot.resources.map(({ id }) => id.name).sort()).toEqual(['four', 'one', 'three', 'two']);
    expect(snapshot.resources.every(({ origin }) => origin === null)).toBe(true);
    expect(snapshot.openApi).toEqual([{ openapi: '3.0.0' }]);
    expect(snapshot.gaps).toEqual([]);
    expect(snapshot.readAt).toBe('2030-01-02T03:04:05.000Z');
  });

  test('shows an object that two files hold as the newer one has it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.yaml'), configMap('a', 'new'));
    writeFileSync(join(folder, 'b.yaml'), configMap('a', 'old'));
    utimesSync(join(folder, 'b.yaml'), 0, new Date('2020-01-01T00:00:00Z'));
    const { resources } = await new DirectorySource(folder).read(nothing, signal);
    expect(resources.map(({ body }) => valueAt(body, 'data', 'a'))).toEqual(['new']);
  });

  test('A8: has gaps for what is broken, and refuses links that leave it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'good.yaml'), configMap('good', '1'));
    writeFileSync(join(folder, 'bad.yaml'), `${configMap('bad', '1')}  a: "2"\n`);
    mkdirSync(join(folder, 'openapi'));
    writeFileSync(join(folder, 'openapi/bad.json'), '{');
    symlinkSync('/etc/hosts', join(folder, 'hosts.yaml'));
    const { resources, gaps } = await new DirectorySource(folder).read(nothing, signal);
    expect(resources.map(({ id }) => id.name)).toEqual(['good']);
    expect(gaps.map(({ what, why, scope }) => [what, why, scope.name])).toEqual([
      ['hosts.yaml', 'it is a symbolic link that leaves the tree, which is refused', undefined],
      ['bad.yaml line 7', 'duplicated mapping key', 'bad'],
      ['openapi/bad.json', 'it is no OpenAPI document', undefined],
    ]);
  });

  test('that is not there, or is a file, is an error', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const read = (name: string): Promise<unknown> => new DirectorySource(join(folder, name)).read(nothing, signal);
    await expect(read('absent')).rejects.toMatchObject({ code: 'source-not-found', why: 'there is no such directory' });
    await expect(read('file')).rejects.toMatchObject({
      code: 'source-not-found',
      why: 'it is a file, not a directory',
    });
  });
});

describe('a watched folder', () => {
  async function watchFolder(
    files: Readonly<Record<string, string>>,
  ): Promise<{ folder: string; told: string[]; feed: LiveFeed }> {
    const folder = temporaryFolder();
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    const told: string[] = [];
    const feed = await new DirectorySource(folder).watch(
      nothing,
      (ids) => told.push(...ids.map(({ name }) => name)),
      signal,
    );
    onTestFinished(() => feed.stop());
    return { folder, told, feed };
  }
  const held = (feed: LiveFeed): object =>
    Object.fromEntries(feed.snapshot().resources.map(({ id, body }) => [id.name, valueAt(body, 'data', 'a')]));

  test('tells only the objects that differ', async () => {
    const both = (value: string): string => `${configMap('a', value)}---\n${configMap('b', '1')}`;
    const { folder, told, feed } = await watchFolder({ 'both.yaml': both('1'), 'c.yaml': configMap('c', '1') });
    expect(held(feed)).toEqual({ a: '1', b: '1', c: '1' });
    writeFileSync(join(folder, 'both.yaml'), both('2'));
    await eventually(() => expect(told).toEqual(['a']));
    expect(held(feed)).toEqual({ a: '2', b: '1', c: '1' });
    expect(feed.states().map(({ kind, phase, objects }) => [kind.kind, phase, objects])).toEqual([
      ['ConfigMap', 'synced', 3],
    ]);
  });

  test('sees new files, new folders, files replaced by a rename, and removed ones', async () => {
    const { folder, told, feed } = await watchFolder({ 'a.yaml': configMap('a', '1') });
    mkdirSync(join(folder, 'more/deep'), { recursive: true });
    writeFileSync(join(folder, 'more/deep/b.yaml'), configMap('b', '1'));
    await eventually(() => expect(told).toEqual(['b']));
    for (const value of ['2', '3']) {
      writeFileSync(join(folder, '.a.yaml.tmp'), configMap('a', value));
      renameSync(join(folder, '.a.yaml.tmp'), join(folder, 'a.yaml'));
      await eventually(() => expect(held(feed)).toEqual({ a: value, b: '1' }));
    }
    rmSync(join(folder, 'a.yaml'));
    await eventually(() => expect(held(feed)).toEqual({ b: '1' }));
    expect(told).toEqual(['b', 'a', 'a', 'a']);
    rmSync(join(folder, 'more'), { recursive: true });
    await eventually(() => expect(held(feed)).toEqual({}));
  });

  test('keeps what it knew while a file is half written', async () => {
    const { folder, told, feed } = await watchFolder({ 'a.yaml': configMap('a', '1'), 'z.yaml': configMap('z', '1') });
    writeFileSync(join(folder, 'a.yaml'), configMap('a', '2').slice(0, -3));
    writeFileSync(join(folder, 'z.yaml'), configMap('z', '2'));
    await eventually(() => expect(told).toEqual(['z']));
    expect(held(feed)).toEqual({ a: '1', z: '2' });
    writeFileSync(join(folder, 'a.yaml'), '');
    writeFileSync(join(folder, 'a.yaml'), configMap('a', '2'));
    await eventually(() => expect(held(feed)).toEqual({ a: '2', z: '2' }));
    expect(told).toEqual(['z', 'a']);
  });

  test('that breaks for good leaves its objects unjudged, not deleted', async () => {
    const { folder, told, feed } = await watchFolder({ 'a.yaml': configMap('a', '1') });
    writeFileSync(join(folder, 'a.yaml'), 'a: [\n');
    await eventually(() => expect(told).toEqual(['a']));
    expect(feed.snapshot().resources).toEqual([]);
    const scope = { group: '', kind: 'ConfigMap', namespace: '', name: 'a' };
    expect(feed.snapshot().gaps).toContainEqual(expect.objectContaining({ what: 'a.yaml', scope }));
  });

  test('that goes away as a whole is stale and comes back', async () => {
    const { folder, feed } = await watchFolder({ 'a.yaml': configMap('a', '1') });
    renameSync(folder, `${folder}-away`);
    await eventually(() => expect(feed.states()[0]?.phase).toBe('stale'));
    expect(held(feed)).toEqual({ a: '1' });
    expect(feed.snapshot().gaps).toContainEqual(expect.objectContaining({ scope: {} }));
    renameSync(`${folder}-away`, folder);
    writeFileSync(join(folder, 'a.yaml'), configMap('a', '2'));
    await eventually(() => expect(held(feed)).toEqual({ a: '2' }));
    expect(feed.states()[0]?.phase).toBe('synced');
  });
});
