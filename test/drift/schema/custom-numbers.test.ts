import { expect, test } from 'vitest';
import { judgeAll, paths, resources } from '../pairs.ts';

const quantity = `{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}], pattern: '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE])?$'}`;
const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pools.tools.example.org}
spec:
  group: tools.example.org
  names: {kind: Pool, plural: pools}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {cpu: ${quantity}, share: {type: number}}}}}}}]
`;
const pool = (spec: string): string =>
  `apiVersion: tools.example.org/v1\nkind: Pool\nmetadata: {name: p, namespace: shop}\nspec: {${spec}}\n`;

test.for<[string, string, string, readonly string[], readonly string[]]>([
  [
    'a fraction that is no text is refused where a custom resource holds a quantity',
    'cpu: 0.5',
    'cpu: 500m',
    ['spec.cpu'],
    [],
  ],
  ['as text it is the same amount in other words', 'cpu: "0.5"', 'cpu: 500m', [], []],
  ['a whole number is fine', 'cpu: 2', 'cpu: "2"', [], []],
  ['another amount is drift', 'cpu: "0.5"', 'cpu: 501m', [], ['~spec.cpu']],
  ['a fraction is fine where a number is asked for', 'share: 0.5', 'share: 0.50', [], []],
])('%s', ([, git, live, invalid, differs]) => {
  const report = judgeAll({
    desired: resources(pool(git)),
    live: resources(`${definition}---\n${pool(live)}`),
  }).get('Pool shop/p');
  expect(report?.invalid.map(({ path }) => path)).toEqual(invalid);
  expect(paths(report)).toEqual(differs);
});
