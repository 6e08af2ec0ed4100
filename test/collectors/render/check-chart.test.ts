import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkChart } from '../../../src/collectors/render/check-chart.ts';
import type { FileTree, TreeEntry } from '../../../src/collectors/file-tree.ts';
import { TreeReader } from '../../../src/collectors/render/tree-reader.ts';
import { MemoryTree, noState, readerOf } from './render-tree.ts';

const { signal } = new AbortController();
const schema = 'web/values.schema.json';

async function check(files: Readonly<Record<string, string>>): Promise<void> {
  await checkChart(readerOf(files), await new MemoryTree(files).list(noState, 'web'));
}

test.for([
  ['{"$ref": "file:///dev/zero"}', 'file:///dev/zero'],
  ['{"properties": {"a": {"$ref":\n"https://example.com/x.json#/a"}}}', 'https://example.com'],
  ['{"$schema": "https://example.com/meta"}', 'https://example.com'],
  ['{"$ref": "other.json"}', 'other.json'],
] as const)('a schema that refers outside itself is refused: %s', async ([text, target]) => {
  await expect(check({ [schema]: text })).rejects.toMatchObject({
    code: 'render-refused',
    why: expect.stringContaining(target),
  });
});

test('one that refers to itself is not', async () => {
  const text =
    '{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"$ref": "#/definitions/a"}}}';
  await expect(check({ [schema]: text })).resolves.toBeUndefined();
});

test('an archive that unpacks without measure is refused', async () => {
  const archive = gzipSync(Buffer.alloc(101 * 1024 * 1024));
  const entry: TreeEntry = { path: 'web/charts/bomb.tgz', kind: 'file', id: '1', bytes: archive.length };
  const plain = new MemoryTree({});
  const tree: FileTree = {
    name: 'one archive',
    newest: () => plain.newest(),
    list: () => Promise.resolve([entry]),
    read: (_state, entries) => Promise.resolve(entries.map(() => ({ kind: 'content', bytes: archive }))),
    earlier: () => plain.earlier(),
    watch: () => plain.watch(),
  };
  const refused = checkChart(new TreeReader(tree, noState, signal), [entry]);
  await expect(refused).rejects.toMatchObject({ why: 'it unpacks to more than 100 MiB' });
});
