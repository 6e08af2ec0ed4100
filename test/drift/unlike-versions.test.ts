import { describe, expect, test } from 'vitest';
import { judgeAll, judgeOne, paths, resources } from './pairs.ts';

const ingress = (version: string, backend: string, more = ''): string => `apiVersion: networking.k8s.io/${version}
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {rules: [{host: a.example, http: {paths: [{path: /, ${version === 'v1' ? 'pathType: Prefix, ' : ''}backend: {${backend}}}]}}]${more}}
`;
const old = ingress('v1beta1', 'serviceName: web, servicePort: 80');
const current = (more = ''): string => ingress('v1', 'service: {name: web, port: {number: 80}}', more);
const at = 'spec.rules[0].http.paths[0]';

describe('a manifest at a version that names fields differently, beside a dump at another', () => {
  test('is undetermined where the names differ, neither drifted nor invalid', () => {
    const report = judgeOne(old, current());
    expect(report.verdict).toBe('undetermined');
    expect(report.undetermined.map(({ path }) => path).sort()).toEqual([
      `${at}.backend.service`,
      `${at}.backend.serviceName`,
      `${at}.backend.servicePort`,
      `${at}.pathType`,
    ]);
    expect(report.undetermined[0]?.reason).toContain(
      'declared at networking.k8s.io/v1beta1 and read at networking.k8s.io/v1',
    );
    expect(report.invalid).toEqual([]);
  });

  test('is judged in everything else', () => {
    const report = judgeOne(old, current(', ingressClassName: other').replace('a.example', 'b.example'));
    expect([...paths(report)].sort()).toEqual(['+spec.ingressClassName', '~spec.rules[0].host']);
  });

  test('at one version the same is wrong, and told', () => {
    const report = judgeOne(ingress('v1', 'serviceName: web'), current());
    expect(report.invalid.map(({ path }) => path)).toEqual([`${at}.backend.serviceName`]);
    expect(paths(report)).toEqual([`+${at}.backend.service`]);
  });
});

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pools.tools.example.org}
spec:
  group: tools.example.org
  names: {kind: Pool, plural: pools}
  scope: Namespaced
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, required: [capacity], properties: {capacity: {type: integer}, colour: {type: string}, limits: {type: object, properties: {hard: {type: integer}}}}}}}}}
  - {name: v1beta1, served: true, storage: false, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}, colour: {type: string}, limits: {type: object, properties: {hard: {type: integer}}}}}}}}}
`;
const pool = (version: string, spec: string): string =>
  `apiVersion: tools.example.org/${version}\nkind: Pool\nmetadata: {name: p, namespace: shop}\nspec: {${spec}}\n`;

test.for<[string, string, readonly string[]]>([
  ['a renamed field', 'capacity: 3, colour: red, limits: {hard: 4}', []],
  ['a change beside it', 'capacity: 3, colour: blue, limits: {hard: 4}', ['~spec.colour']],
  ['a change elsewhere', 'capacity: 3, colour: red, limits: {hard: 5}', ['~spec.limits.hard']],
])('a custom resource that its definition converts: %s', ([, live, differs]) => {
  const report = judgeAll({
    desired: resources(pool('v1beta1', 'size: 3, colour: red, limits: {hard: 4}')),
    live: resources(`${definition}---\n${pool('v1', live)}`),
  }).get('Pool shop/p');
  expect(report?.undetermined.map(({ path }) => path).sort()).toEqual(['spec.capacity', 'spec.size']);
  expect(report?.invalid).toEqual([]);
  expect(paths(report)).toEqual(differs);
});
