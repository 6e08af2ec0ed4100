import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import type { FileTree, TreeState } from '../../../../src/collectors/file-tree.ts';
import { hidesFromDirectory } from '../../../../src/collectors/discovery/render/directory-files.ts';
import { MemoryTree } from '../../../../src/collectors/discovery/render/memory-tree.ts';
import { MountedTree } from '../../../../src/collectors/discovery/render/mounted-tree.ts';
import { OverlaidTree } from '../../../../src/collectors/discovery/render/overlaid-tree.ts';
import { ignoresPath } from '../../../../src/collectors/discovery/render/source-ignore.ts';

const signal = new AbortController().signal;

async function filesOf(tree: FileTree, under = ''): Promise<Readonly<Record<string, string>>> {
  const state = await tree.newest(signal);
  const entries = await tree.list(state, under, signal);
  const contents = await tree.read(state, entries, signal);
  return Object.fromEntries(
    entries.map(({ path }, index) => {
      const content = contents[index];
      return [path, content?.kind === 'content' ? Buffer.from(content.bytes).toString('utf8') : '?'];
    }),
  );
}

const tree = (files: Readonly<Record<string, string>>): MemoryTree =>
  new MemoryTree('memory', new Map(Object.entries(files)));

/** A tree with commits that a test can move. */
class Commits extends MemoryTree {
  revision = '1';
  override newest(): Promise<TreeState> {
    return Promise.resolve({ revision: this.revision, committedAt: null });
  }
}

describe('a tree with something laid over it', () => {
  test('shows new files, changed files, and none of the hidden ones', async () => {
    const overlay = {
      files: new Map([
        ['a/x.yaml', 'new'],
        ['b/y.yaml', 'more'],
      ]),
      hides: (path: string) => path.endsWith('.md'),
    };
    const laid = new OverlaidTree(tree({ 'a/x.yaml': 'old', 'a/z.yaml': 'z', 'a/r.md': 'r' }), () =>
      Promise.resolve(overlay),
    );
    expect(await filesOf(laid)).toEqual({ 'a/x.yaml': 'new', 'a/z.yaml': 'z', 'b/y.yaml': 'more' });
    expect(await filesOf(laid, 'a')).toEqual({ 'a/x.yaml': 'new', 'a/z.yaml': 'z' });
    expect(await filesOf(laid, 'a/x.yaml')).toEqual({ 'a/x.yaml': 'new' });
  });
});

describe('trees below folders of a tree', () => {
  test('are read as one', async () => {
    const mounted = new MountedTree(tree({ 'a.yaml': 'a' }), new Map([['.refs/v', tree({ 'prod/b.yaml': 'b' })]]));
    expect(await filesOf(mounted)).toEqual({ 'a.yaml': 'a', '.refs/v/prod/b.yaml': 'b' });
    expect(await filesOf(mounted, '.refs/v/prod/b.yaml')).toEqual({ '.refs/v/prod/b.yaml': 'b' });
    expect(await filesOf(mounted, 'a.yaml')).toEqual({ 'a.yaml': 'a' });
  });

  test('have a new state when any of them has', async () => {
    const [base, other] = [new Commits('base', new Map()), new Commits('other', new Map())];
    const mounted = new MountedTree(base, new Map([['.refs/v', other]]));
    const revisions: (string | null)[] = [(await mounted.newest(signal)).revision];
    other.revision = '2';
    revisions.push((await mounted.newest(signal)).revision);
    base.revision = '2';
    revisions.push((await mounted.newest(signal)).revision);
    expect(revisions).toEqual(['1', '1+2', '2']);
  });
});

describe('a folder of plain manifests of Argo CD', () => {
  const paths = [
    'apps/a.yaml',
    'apps/b.json',
    'apps/notes.txt',
    'apps/sub/c.yaml',
    'apps/sub/d.yml',
    'apps/kustomization.yaml',
  ];
  test.for([
    [{ recurse: false, include: null, exclude: null }, ['a.yaml', 'b.json']],
    [{ recurse: true, include: null, exclude: null }, ['a.yaml', 'b.json', 'sub/c.yaml', 'sub/d.yml']],
    [{ recurse: true, include: '*.yaml', exclude: null }, ['a.yaml', 'sub/c.yaml']],
    [{ recurse: true, include: '{a.yaml,sub/*}', exclude: null }, ['a.yaml', 'sub/c.yaml', 'sub/d.yml']],
    [{ recurse: true, include: null, exclude: 'sub/*' }, ['a.yaml', 'b.json']],
    [{ recurse: true, include: '*.yaml', exclude: 'sub/*' }, ['a.yaml']],
  ] as const)('with %j is %j', ([wanted, expected]) => {
    const hides = hidesFromDirectory({ kind: 'directory', ...wanted }, 'apps');
    expect(paths.filter((path) => !hides(path)).map((path) => path.slice('apps/'.length))).toEqual(expected);
  });

  test('says nothing of what lies elsewhere', () => {
    expect(
      hidesFromDirectory({ kind: 'directory', recurse: false, include: null, exclude: null }, 'apps')('other/x/y.txt'),
    ).toBe(false);
  });
});

describe('what Flux leaves out of an artifact', () => {
  test.for([
    [null, null, 'apps/web.yaml', false],
    [null, null, '.github/workflows/x.yaml', true],
    [null, null, '.sops.yaml', true],
    [null, null, 'deep/.sops.yaml', true],
    [null, null, 'docs/logo.png', true],
    [null, 'docs/\n# comment\n', 'docs/x.yaml', true],
    [null, 'docs/\n', 'my-docs/x.yaml', false],
    ['/*\n!/deploy\n', null, 'deploy/web.yaml', false],
    ['/*\n!/deploy\n', null, 'readme.yaml', true],
    ['*.yaml\n!keep.yaml', null, 'a/keep.yaml', false],
    ['*.yaml\n!keep.yaml', null, 'a/other.yaml', true],
    ['apps/**/test', null, 'apps/a/b/test/x.yaml', true],
    ['folder/\n!folder/x.yaml', null, 'folder/x.yaml', true],
    ['', null, '.git/config', true],
    ['nothing', null, '.github/x.yaml', false],
    [null, '\\#odd', '#odd', true],
  ] as const)('spec.ignore %j, .sourceignore %j: %s is left out: %s', ([spec, file, path, expected]) => {
    expect(ignoresPath(spec, file)(path)).toBe(expected);
  });
});
