import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkChart } from '../../../src/collectors/render/check-chart.ts';
import type { FileTree, TreeEntry } from '../../../src/collectors/file-tree.ts';
import { TreeReader } from '../../../src/collectors/render/tree-reader.ts';
import { MemoryTree, noState, readerOf } from './render-tree.ts';
import { tarOf } from './tar.ts';

const { signal } = new AbortController();
const schema = 'web/values.schema.json';

async function check(files: Readonly<Record<string, string>>): Promise<void> {
  await checkChart(readerOf(files), await new MemoryTree(files).list(noState, ''));
}

/** A chart with these archives of dependencies. */
async function checkArchives(archives: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const entries = Object.entries(archives).map(
    ([path, { length }]): TreeEntry => ({ path, kind: 'file', id: path, bytes: length }),
  );
  const plain = new MemoryTree({});
  const tree: FileTree = {
    name: 'archives',
    newest: () => plain.newest(),
    list: () => Promise.resolve(entries),
    read: (_state, wanted) =>
      Promise.resolve(wanted.map(({ path }) => ({ kind: 'content', bytes: archives[path] ?? new Uint8Array() }))),
    earlier: () => plain.earlier(),
    watch: () => plain.watch(),
  };
  await checkChart(new TreeReader(tree, noState, signal), entries);
}

const packed = (files: Parameters<typeof tarOf>[0]): Uint8Array => gzipSync(tarOf(files));

describe('A6: a schema that refers outside itself', () => {
  test.for([
    ['{"$ref": "file:///dev/zero"}', 'file:///dev/zero'],
    ['{"properties": {"a": {"$ref":\n"https://example.com/x.json#/a"}}}', 'https://example.com'],
    ['{"$schema": "https://example.com/meta"}', 'https://example.com'],
    ['{"$ref": "other.json"}', 'other.json'],
    ['{"\\u0024ref": "file:///dev/zero"}', 'file:///dev/zero'],
    ['{"allOf": [[{"$dynamicRef": "http://example.com/#a"}]]}', 'http://example.com'],
    ['\uFEFF{"$ref": "file:///dev/zero"}', 'file:///dev/zero'],
  ] as const)('is refused: %s', async ([text, target]) => {
    const refused = { code: 'render-refused', why: expect.stringContaining(target) };
    await expect(check({ [schema]: text })).rejects.toMatchObject(refused);
    await expect(check({ 'values.schema.json': text })).rejects.toMatchObject(refused);
    await expect(
      checkArchives({ 'charts/a.tgz': packed([{ path: 'a/values.schema.json', text }]) }),
    ).rejects.toMatchObject({ ...refused, what: expect.stringContaining('charts/a.tgz:a/values.schema.json') });
  });

  test('is not one that refers to itself', async () => {
    const text =
      '{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"$ref": "#/definitions/a"}}}';
    await expect(check({ [schema]: text })).resolves.toBeUndefined();
  });

  test('cannot hide behind a link', async () => {
    await expect(check({ [schema]: '-> other.json' })).rejects.toMatchObject({ why: 'it is a symbolic link' });
    await expect(check({ 'web/charts/a.tgz': '-> ../a.bin' })).rejects.toMatchObject({ why: 'it is a symbolic link' });
  });
});

describe('A7: an archive of a dependency', () => {
  test('that is what it should be is fine, at any depth', async () => {
    const inner = packed([{ path: 'b/Chart.yaml', text: 'name: b\n' }]);
    const outer = packed([
      { path: 'a/Chart.yaml', text: 'name: a\n' },
      { path: `a/templates/${'deep/'.repeat(30)}x.yaml`, text: 'a: 1\n' },
      { path: 'a/charts/b.tgz', bytes: inner },
    ]);
    await expect(checkArchives({ 'web/charts/a.tgz': outer })).resolves.toBeUndefined();
  });

  test.for([
    ['that unpacks 1000 times', gzipSync(Buffer.alloc(20 * 1024 * 1024)), 'it unpacks to more than 200 times its size'],
    ['with a path above it', packed([{ path: '../a/x.yaml', text: '' }]), 'leads elsewhere'],
    ['with a path that climbs', packed([{ path: 'a/../../x', text: '' }]), 'leads elsewhere'],
    ['with an absolute path', packed([{ path: '/etc/cron.d/x', text: '' }]), 'leads elsewhere'],
    ['with a path of Windows', packed([{ path: 'a\\..\\x', text: '' }]), 'leads elsewhere'],
    ['named like its folder', packed([{ path: './Chart.yaml', text: '' }]), 'leads elsewhere'],
    ['with a link', packed([{ path: 'a/x', text: '', type: '2' }]), 'neither a file nor a folder'],
    ['with a device', packed([{ path: 'a/x', text: '', type: '3' }]), 'neither a file nor a folder'],
    [
      'whose chart is named ..',
      packed([{ path: 'a/Chart.yaml', text: 'name: ".."\n' }]),
      'its name “..” leads elsewhere',
    ],
    ['that is no archive', Buffer.from('hello'), 'it is no gzip archive'],
    ['that holds no files', gzipSync(Buffer.alloc(600, 'x')), 'it is no tar archive'],
  ] as const)('%s is refused', async ([, archive, why]) => {
    for (const path of ['charts/a.tgz', 'web/charts/a.tgz']) {
      await expect(checkArchives({ [path]: archive })).rejects.toMatchObject({
        code: 'render-refused',
        why: expect.stringContaining(why),
      });
    }
  });

  test('that grows too large with the others, or is nested too deep, is refused', async () => {
    const noise = Buffer.from(Array.from({ length: 3 * 1024 * 1024 }, (_, at) => (at * 7919) % 251));
    const large = gzipSync(tarOf(Array.from({ length: 12 }, (_, at) => ({ path: `a/${at}`, bytes: noise }))), {
      level: 1,
    });
    const three = { 'charts/a.tgz': large, 'charts/b.tgz': large, 'charts/c.tgz': large };
    await expect(checkArchives(three)).rejects.toMatchObject({
      why: expect.stringMatching(/more than \d+ (MiB|times)/),
    });
    let nested = packed([{ path: 'a/Chart.yaml', text: 'name: a\n' }]);
    for (let depth = 0; depth < 5; depth += 1) nested = packed([{ path: 'a/charts/a.tgz', bytes: nested }]);
    await expect(checkArchives({ 'charts/a.tgz': nested })).rejects.toMatchObject({
      why: 'archives are nested too deep',
    });
  });
});
