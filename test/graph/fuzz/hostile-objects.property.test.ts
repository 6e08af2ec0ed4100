import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { blastRadius } from '../../../src/graph/blast-radius.ts';
import { updateGraph } from '../../../src/graph/build-graph.ts';
import type { DependencyGraph } from '../../../src/graph/dependency-graph.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import { graphDomains } from '../../../src/graph/graph-domains.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import { builtAt, graphOf, resource, served, workload } from '../world.ts';
import { hostileShape, type Shape } from './hostile-objects.ts';
import { unsafe } from './hostile-texts.ts';

/** Another beginning, or more of them, by hand: `SEED=7 RUNS=5000 vitest run …`. */
const runs = { seed: Number(process.env['SEED'] ?? 20260301), numRuns: Number(process.env['RUNS'] ?? 250) };

const world = (): Resource[] => [
  ...served('web', 80, { env: { U: 'http://cart', V: 'http://ads.marketing' } }),
  ...served('cart', 80),
  ...served('ads', 80, { namespace: 'marketing' }),
  workload('worker'),
];

function objectsOf(shapes: readonly Shape[]): Resource[] {
  return shapes.map(({ apiVersion, kind, annotations, spec }, index) => {
    const own = index % 3 === 0 ? 'edge' : `o${index}`;
    const name = kind === 'ServiceProfile' ? 'cart.shop.svc.cluster.local' : own;
    return resource({ apiVersion, kind, metadata: { name, namespace: 'shop', annotations }, spec });
  });
}

/** All that a graph says. */
function told(graph: DependencyGraph): string {
  return JSON.stringify([graphDocument(graph), graphDomains(graph)]);
}

test('an update gives what a build gives, whatever routes, policies and catalogues look like', () => {
  fc.assert(
    fc.property(fc.array(hostileShape, { minLength: 1, maxLength: 6 }), (shapes) => {
      const objects = objectsOf(shapes);
      const fresh = told(graphOf(world(), objects));
      const grown = graphOf(world());
      for (const object of objects) updateGraph(grown, { changed: [object], removed: [], builtAt });
      expect(told(grown)).toBe(fresh);
      updateGraph(grown, { changed: [], removed: objects.map(({ id }) => id), builtAt });
      expect(told(grown)).toBe(told(graphOf(world())));
    }),
    runs,
  );
});

test('every answer about them is finite, in order and fit to be printed', () => {
  fc.assert(
    fc.property(fc.array(hostileShape, { minLength: 1, maxLength: 6 }), (shapes) => {
      const graph = graphOf(world(), objectsOf(shapes));
      const { nodes, edges, coverage } = graphDocument(graph);
      const texts = [
        ...edges.flatMap(({ evidence, resilience = [] }) => [...evidence, ...resilience].map(({ what }) => what)),
        ...coverage.findings.flatMap(({ what, why }) => [what, why]),
      ];
      expect(texts.filter((text) => unsafe.test(text) || text.length > 700)).toEqual([]);
      for (const { id } of nodes) {
        const { affected } = blastRadius(graph, id);
        expect(affected.filter(({ probability }) => !(probability >= 0 && probability <= 1))).toEqual([]);
      }
      for (const { calls } of graphDomains(graph).resilience.retryChains)
        expect(Number.isSafeInteger(calls)).toBe(true);
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    runs,
  );
});
