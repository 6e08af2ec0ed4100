import { expect, test } from 'vitest';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import { graphOf, resources } from '../world.ts';

function tierIn(annotations: string, attributes: string): string | null | undefined {
  const graph = graphOf(
    resources(`apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, annotations: {${annotations}}}
spec:
  template:
    spec:
      containers:
        - {name: web, image: "example/web:1", env: [{name: OTEL_RESOURCE_ATTRIBUTES, value: "${attributes}"}]}
`),
  );
  return graphDocument(graph).nodes.find(({ id }) => id === 'shop/web')?.tier;
}

test.each<[annotations: string, attributes: string, tier: string | null]>([
  ['', '', null],
  ['mooring.dev/tier: "2"', 'service.criticality=critical', '2'],
  ['mooring.dev/criticality: high', 'service.criticality=low', '2'],
  ['', 'service.name=web, service.criticality=critical', '1'],
  ['mooring.dev/criticality: urgent', '', null],
])('annotations {%s} and attributes "%s" make tier %s', (annotations, attributes, tier) => {
  expect(tierIn(annotations, attributes)).toBe(tier);
});
