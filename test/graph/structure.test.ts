import { describe, expect, test } from 'vitest';
import { structureOf } from '../../src/graph/structure.ts';
import { buildGraph } from '../../src/graph/build-graph.ts';
import { builtAt, graphOf, served, workload } from './world.ts';

const calls = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_URL`, `http://${name}`]));

describe('the shape of the graph', () => {
  test('circles are found, largest first', () => {
    const graph = graphOf(
      served('a', 80, { env: calls('b') }),
      served('b', 80, { env: calls('c') }),
      served('c', 80, { env: calls('a', 'd') }),
      served('d', 80, { env: calls('e') }),
      served('e', 80, { env: calls('d') }),
    );
    expect(structureOf(graph).circles).toEqual([
      ['shop/a', 'shop/b', 'shop/c'],
      ['shop/d', 'shop/e'],
    ]);
  });

  test('what holds two parts together is a cut point', () => {
    const graph = graphOf(
      served('hub', 80, { env: calls('c', 'd') }),
      served('c', 80, { env: calls('d') }),
      served('d', 80),
      workload('a', { env: calls('hub', 'b') }),
      served('b', 80, { env: calls('hub') }),
    );
    expect(structureOf(graph).cutPoints).toEqual(['shop/hub']);
  });

  test('what many call is shared, and borders are counted', () => {
    const graph = graphOf(
      served('auth', 80, { namespace: 'platform' }),
      ['a', 'b', 'c'].map((name) =>
        workload(name, { env: { AUTH_URL: 'http://auth.platform', PAY: 'https://api.partner.com' } }),
      ),
    );
    const { shared, borders } = structureOf(graph);
    expect(shared).toEqual([
      { id: 'external:api.partner.com', callers: 3 },
      { id: 'platform/auth', callers: 3 },
    ]);
    expect(borders).toEqual([
      { from: 'shop', to: 'outside', edges: 3 },
      { from: 'shop', to: 'platform', edges: 3 },
    ]);
  });

  test('a chain of thousands does not overflow the stack', () => {
    const chain = Array.from({ length: 6_000 }, (_, at) =>
      served(`s${at}`, 80, { env: calls(`s${(at + 1) % 6_000}`) }),
    ).flat();
    expect(structureOf(buildGraph(chain, { builtAt })).circles[0]).toHaveLength(6_000);
  }, 120_000);
});
