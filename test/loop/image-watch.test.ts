import { expect, onTestFinished, test, vi } from 'vitest';
import type { ImageReading } from '../../src/collectors/image-source.ts';
import { buildGraph, updateGraph } from '../../src/graph/build-graph.ts';
import { coverageOf } from '../../src/graph/coverage.ts';
import type { DependencyGraph } from '../../src/graph/dependency-graph.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { ImageWatch } from '../../src/loop/estate/image-watch.ts';
import type { ImageState } from '../../src/resource/image/image-config.ts';
import { builtAt, pairs, served, workload } from '../graph/world.ts';

const shop = [...served('web', 80), ...served('cart', 8080), ...served('other', 80)];

function known(digest: string, env: readonly (readonly [string, string])[]): ImageReading {
  const labels = { source: null, title: null, vendor: null };
  return { kind: 'known', cached: false, image: { digest, env, entrypoint: [], command: [], ports: [], labels } };
}

const refused: ImageReading = {
  kind: 'unreadable',
  problem: 'unreachable',
  why: 'registry.corp is away',
  retryAfterMs: null,
};

interface Watching {
  readonly watch: ImageWatch;
  readonly world: { graph: DependencyGraph | null; now: number };
  readonly asked: string[];
  readonly states: Map<string, ImageState>;
}

/** A watch over a graph of the shop, on a clock that the test sets. */
function watching(answers: Map<string, ImageReading>): Watching {
  const states = new Map<string, ImageState>();
  const world: Watching['world'] = {
    graph: buildGraph(shop, { builtAt, images: states }),
    now: Date.parse(builtAt),
  };
  const asked: string[] = [];
  const watch = new ImageWatch({
    source: {
      read: (reference, keyrings) => {
        asked.push([reference, ...keyrings].join(' '));
        return Promise.resolve(answers.get(reference) ?? known('none', []));
      },
    },
    states,
    graph: () => world.graph,
    keyringsFor: (_graph, reference) => (reference === 'shop/other:1' ? ['keyring'] : []),
    refreshMs: 900_000,
    restMs: 5,
    clock: () => new Date(world.now),
    random: () => 0.5,
    logger: silentLogger,
    looked: () => {},
  });
  onTestFinished(() => watch[Symbol.asyncDispose]());
  return { watch, world, asked, states };
}

test('every image is read once, with the keyrings of its pods, and its addresses become edges', async () => {
  const { watch, world, asked } = watching(new Map([['shop/web:1', known('a', [['CART_HOST', 'cart']])]]));
  watch.start();
  await vi.waitFor(() =>
    expect(watch.counts()).toMatchObject({ known: 3, waiting: 0, oldestReadAt: '2026-03-01T10:00:00.000Z' }),
  );
  expect(asked.toSorted()).toStrictEqual(['shop/cart:1', 'shop/other:1 keyring', 'shop/web:1']);
  expect(world.graph === null ? [] : pairs(world.graph)).toStrictEqual(['web -> cart']);
});

test('a tag is asked again after a while, and a moved one takes its old edges with it', async () => {
  const answers = new Map([['shop/web:1', known('a', [['CART_HOST', 'cart']])]]);
  const { watch, world, asked } = watching(answers);
  watch.start();
  await vi.waitFor(() => expect(asked).toHaveLength(3));
  world.now += 600_000;
  watch.wake();
  answers.set('shop/web:1', known('b', [['OTHER_HOST', 'other']]));
  world.now += 400_000;
  watch.wake();
  await vi.waitFor(() => expect(edges(world)).toStrictEqual(['web -> other']));
  expect(asked).toHaveLength(6);
});

test('what was known stays when its registry is away, and says its age', async () => {
  const answers = new Map([['shop/web:1', known('a', [['CART_HOST', 'cart']])]]);
  const { watch, world } = watching(answers);
  watch.start();
  await vi.waitFor(() => expect(edges(world)).toStrictEqual(['web -> cart']));
  answers.set('shop/web:1', refused);
  world.now += 1_000_000;
  watch.wake();
  await vi.waitFor(() => expect(watch.counts()).toMatchObject({ known: 2, stale: 1 }));
  expect(edges(world)).toStrictEqual(['web -> cart']);
  expect(world.graph === null ? [] : coverageOf(world.graph).notSeen).toContain(
    '1 image could not be read anew (shop/web:1: registry.corp is away, as read at 2026-03-01T10:00:00.000Z)',
  );
  answers.set('shop/web:1', known('a', []));
  world.now += 1_000_000;
  watch.wake();
  await vi.waitFor(() => expect(watch.counts()).toMatchObject({ known: 3, stale: 0 }));
});

test('an image that cannot be read is tried again with growing pauses, and not before a registry wants it', async () => {
  const answers = new Map<string, ImageReading>([['shop/web:1', { ...refused, retryAfterMs: 3_600_000 }]]);
  const { watch, world, asked } = watching(answers);
  const asks = (): number => asked.filter((reference) => reference === 'shop/web:1').length;
  watch.start();
  await vi.waitFor(() => expect(watch.counts()).toMatchObject({ unreadable: 1, known: 2 }));
  world.now += 3_000_000;
  watch.wake();
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(4));
  expect(asks()).toBe(1);
  answers.set('shop/web:1', known('a', [['CART_HOST', 'cart']]));
  world.now += 700_000;
  watch.wake();
  await vi.waitFor(() => expect(edges(world)).toStrictEqual(['web -> cart']));
});

test('an image that comes with a round is read, one that goes is forgotten, and a graph that is built anew knows the rest', async () => {
  const { watch, world, states } = watching(new Map([['shop/web:2', known('b', [['OTHER_HOST', 'other']])]]));
  watch.start();
  await vi.waitFor(() => expect(watch.counts()).toMatchObject({ known: 3 }));
  if (world.graph !== null)
    updateGraph(world.graph, { changed: [workload('web', { image: 'shop/web:2' })], removed: [], builtAt });
  watch.wake();
  await vi.waitFor(() => expect(edges(world)).toStrictEqual(['web -> other']));
  await vi.waitFor(() =>
    expect([...states.keys()].toSorted()).toStrictEqual(['shop/cart:1', 'shop/other:1', 'shop/web:2']),
  );
  world.graph = buildGraph([workload('web', { image: 'shop/web:2' }), ...shop.slice(1)], { builtAt, images: states });
  expect(edges(world)).toStrictEqual(['web -> other']);
});

function edges({ graph }: Watching['world']): string[] {
  return graph === null ? [] : pairs(graph);
}
