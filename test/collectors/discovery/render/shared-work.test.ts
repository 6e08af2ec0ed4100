import { describe, expect, test } from 'vitest';
import type { TreeEntry, TreeState } from '../../../../src/collectors/file-tree.ts';
import { MemoryTree } from '../../../../src/collectors/discovery/render/memory-tree.ts';
import { RenderTurns } from '../../../../src/collectors/discovery/render/render-turns.ts';
import { SharedTree } from '../../../../src/collectors/discovery/render/shared-tree.ts';
import { AppError } from '../../../../src/errors/app-error.ts';

const { signal } = new AbortController();

/** A tree with commits that counts what it is asked. */
class CountedTree extends MemoryTree {
  revision = '1';
  readonly asked: string[] = [];
  isTooLarge = false;
  changed: (() => void) | undefined;
  watchEnd: AbortSignal | undefined;

  override async newest(): Promise<TreeState> {
    this.asked.push('newest');
    await Promise.resolve();
    return { revision: this.revision, committedAt: null };
  }

  override list(state: TreeState, under: string): Promise<readonly TreeEntry[]> {
    this.asked.push(`list ${under}`);
    if (this.isTooLarge && under === '') {
      return Promise.reject(new AppError({ code: 'manifest-refused', what: 'a', why: 'too large', remedy: 'b' }));
    }
    return super.list(state, under);
  }

  override watch(
    _folders: readonly string[] = [],
    changed: () => void = () => {},
    end: AbortSignal = signal,
  ): Promise<void> {
    this.asked.push('watch');
    this.changed = changed;
    this.watchEnd = end;
    return Promise.resolve();
  }
}

const files = new Map(
  ['a/x.yaml', 'a/b/y.yaml', 'a.yaml', 'a-b/z.yaml', 'a0/w.yaml', 'z.yaml'].map((path) => [path, path]),
);

describe('a tree that many sources read', () => {
  test('is asked once for what is asked at the same moment, and again later', async () => {
    const base = new CountedTree('git', files);
    const shared = new SharedTree(base);
    await Promise.all([shared.newest(signal), shared.newest(signal), shared.newest(signal)]);
    base.revision = '2';
    expect((await shared.newest(signal)).revision).toBe('2');
    expect(base.asked).toEqual(['newest', 'newest']);
  });

  test.for([
    ['', ['a-b/z.yaml', 'a.yaml', 'a/b/y.yaml', 'a/x.yaml', 'a0/w.yaml', 'z.yaml']],
    ['a', ['a/b/y.yaml', 'a/x.yaml']],
    ['a/b', ['a/b/y.yaml']],
    ['a/x.yaml', ['a/x.yaml']],
    ['a/x', []],
    ['nothing', []],
    ['z.yaml', ['z.yaml']],
  ] as const)('below %j holds %j, from one listing', async ([under, expected]) => {
    const base = new CountedTree('git', files);
    const shared = new SharedTree(base);
    const state = await shared.newest(signal);
    const entries = await shared.list(state, under, signal);
    expect(entries.map(({ path }) => path)).toEqual(expected);
    await shared.list(state, 'a', signal);
    expect(base.asked).toEqual(['newest', 'list ']);
  });

  test('too large to be listed whole is listed folder by folder', async () => {
    const base = new CountedTree('git', files);
    base.isTooLarge = true;
    const shared = new SharedTree(base);
    const state = await shared.newest(signal);
    expect((await shared.list(state, 'a/b', signal)).map(({ path }) => path)).toEqual(['a/b/y.yaml']);
    expect(base.asked).toEqual(['newest', 'list ', 'list a/b']);
  });

  test('is watched once for all, until nobody watches any more', async () => {
    const base = new CountedTree('git', files);
    const shared = new SharedTree(base);
    const [first, second] = [new AbortController(), new AbortController()];
    const heard: string[] = [];
    await shared.watch(['a'], () => heard.push('first'), first.signal);
    await shared.watch(['b'], () => heard.push('second'), second.signal);
    base.changed?.();
    first.abort();
    base.changed?.();
    expect(heard).toEqual(['first', 'second', 'second']);
    expect(base.watchEnd?.aborted).toBe(false);
    second.abort();
    expect(base.watchEnd?.aborted).toBe(true);
    await shared.watch(['a'], () => {}, signal);
    expect(base.asked).toEqual(['watch', 'watch']);
  });
});

describe('renderings take turns', () => {
  test('at most so many run at once, a failed one gives its place away, and each gets its own answer', async () => {
    const turns = new RenderTurns(2);
    let [running, most] = [0, 0];
    const work = async (number: number): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (number === 3) throw new Error('three');
      return number;
    };
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map((number) => turns.run(() => work(number))));
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
      1,
      2,
      'failed',
      4,
      5,
    ]);
    expect(most).toBe(2);
    expect(running).toBe(0);
  });
});
