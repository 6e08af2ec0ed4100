import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openDirectoryManifests } from '../../src/collectors/directory-manifests.ts';
import type { TreeManifests } from '../../src/collectors/tree-manifests.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { noRenderer } from '../git/open-source.ts';
import { configMap } from '../git/repository.ts';
import { eventually } from './watch-files.ts';

// They start git or wait for a watcher, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const { signal } = new AbortController();
const open = (folder: string): Promise<TreeManifests> =>
  openDirectoryManifests(folder, { renderer: noRenderer(), now: () => new Date() });

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

describe('a plain directory', () => {
  test('declares its YAML and JSON files at any depth, but no hidden ones', async () => {
    const folder = folderOf({
      'a.yaml': configMap('a', '1'),
      'b/c/d.YML': `# first\n${configMap('d', '1')}`,
      'e.json': '{"apiVersion":"v1","kind":"X","metadata":{"name":"e"}}',
      '.git/f.yaml': configMap('f', '1'),
      '.mooring/g.yaml': configMap('g', '1'),
      '.h.yaml': configMap('h', '1'),
      'i.txt': configMap('i', '1'),
    });
    const source = await open(folder);
    const snapshot = await source.read(signal);
    expect(snapshot.gaps).toEqual([]);
    expect(snapshot).toMatchObject({ source: folder, revision: null, unstable: [] });
    expect(snapshot.resources.map(({ id, origin }) => [id.name, origin?.file, origin?.line])).toEqual([
      ['a', 'a.yaml', 1],
      ['d', 'b/c/d.YML', 2],
      ['e', 'e.json', 1],
    ]);
    const [a] = snapshot.resources;
    if (a === undefined) throw new Error('not read');
    expect(source.lineOf(a, 'data.a')).toBe(6);
    expect(source.text('a.yaml')).toBe(configMap('a', '1'));
    expect(await source.earlier(a, 20, signal)).toEqual([]);
  });

  test('renders nothing further down, and says so', async () => {
    const folder = folderOf({
      'a.yaml': configMap('a', '1'),
      'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\n',
      'charts/web/templates/b.yaml': '{{ broken',
      'overlay/kustomization.yaml': 'resources: [c.yaml]\n',
      'overlay/c.yaml': configMap('c', '1'),
    });
    const { resources, gaps } = await (await open(folder)).read(signal);
    expect(resources.map(({ id }) => id.name)).toEqual(['a', 'c']);
    expect(gaps.map(({ what }) => what)).toEqual(['charts/web', 'overlay/kustomization.yaml']);
  });

  test('A14: a folder too deep to look into is a gap that says so, not a folder without manifests', async () => {
    const folder = folderOf({ 'a.yaml': configMap('a', '1') });
    const dig = 'i=0; while [ $i -lt 22 ]; do mkdir -p "$0" && cd -P "$0" || exit 1; i=$((i+1)); done';
    execFileSync('sh', ['-c', dig, 'd'.repeat(200)], { cwd: folder });
    const { resources, gaps } = await (await open(folder)).read(signal);
    expect(resources.map(({ id }) => id.name)).toEqual(['a']);
    expect(gaps).toMatchObject([{ why: 'the folder cannot be read', scope: {} }]);
  });

  test('A8: follows no link out of itself', async () => {
    const outside = folderOf({ 'x.yaml': configMap('outside', '1') });
    const folder = folderOf({ 'a.yaml': configMap('a', '1') });
    symlinkSync(outside, join(folder, 'folder'));
    symlinkSync(join(outside, 'x.yaml'), join(folder, 'x.yaml'));
    symlinkSync('folder/x.yaml', join(folder, 'y.yaml'));
    const { resources, gaps } = await (await open(folder)).read(signal);
    expect(resources.map(({ id }) => id.name)).toEqual(['a']);
    expect(gaps.map(({ what }) => what).sort()).toEqual(['x.yaml', 'y.yaml']);
  });

  test('is read again only where it changed', async () => {
    const folder = folderOf({ 'a.yaml': configMap('a', '1'), 'b.yaml': configMap('b', '1') });
    const source = await open(folder);
    const first = await source.read(signal);
    expect((await source.read(signal)).resources).toBe(first.resources);
    writeFileSync(join(folder, 'b.yaml'), configMap('b', '22'));
    const second = await source.read(signal);
    expect(second.resources[0]).toBe(first.resources[0]);
    expect(second.resources[1]?.body).toMatchObject({ data: { a: '22' } });
    rmSync(join(folder, 'a.yaml'));
    expect((await source.read(signal)).resources.map(({ id }) => id.name)).toEqual(['b']);
  });

  test('that breaks in one place leaves what stood there unjudged until it is whole again', async () => {
    const both = `${configMap('a', '1')}---\n${configMap('b', '1')}`;
    const folder = folderOf({ 'ab.yaml': both });
    const source = await open(folder);
    await source.read(signal);
    for (const broken of [`${configMap('a', '1')}---\n: [\n`, `${configMap('a', '1')}---\n: [[\n`]) {
      writeFileSync(join(folder, 'ab.yaml'), broken);
      const { resources, gaps } = await source.read(signal);
      expect(resources.map(({ id }) => id.name)).toEqual(['a']);
      expect(gaps.map(({ scope }) => scope)).toEqual([{ kind: '' }, { group: '', kind: 'ConfigMap', name: 'b' }]);
    }
    writeFileSync(join(folder, 'ab.yaml'), configMap('a', '1'));
    expect((await source.read(signal)).gaps).toEqual([]);
  });

  test('calls back when it changes', async () => {
    const folder = folderOf({ 'a.yaml': configMap('a', '1') });
    const source = await open(folder);
    await source.read(signal);
    const stop = new AbortController();
    let calls = 0;
    await source.watch(() => {
      calls += 1;
    }, stop.signal);
    writeFileSync(join(folder, 'a.yaml'), configMap('a', '2'));
    await eventually(() => expect(calls).toBeGreaterThan(0));
    stop.abort();
  });

  test('that is not there is an error, an empty one is not', async () => {
    await expect((await open('/nonexistent')).read(signal)).rejects.toMatchObject({ code: 'source-not-found' });
    expect((await (await open(temporaryFolder())).read(signal)).resources).toEqual([]);
  });
});
