import { expect, test } from 'vitest';
import { locateLines } from '../../src/collectors/line-locator.ts';

const id = { group: '', kind: 'Service', namespace: 'shop', name: 'web' };
const text = `kind: Service
metadata:
  name: web
  annotations:
    a.b/c: "x"
    on: y
    "": empty
common: &common
  cpu: 100m
spec:
  <<: *common
  ports:
    - port: 80
      name: http
    - port: 53
      protocol: UDP
    - {port: 53, protocol: TCP}
  env:
    - {name: A, value: "1"}
    - {name: A, value: "2"}
  finalizers: [a/b,
    c/d]
`;

test.for([
  ['metadata.name', 13],
  ['metadata.annotations."a.b/c"', 15],
  ['metadata.annotations.true', 16],
  ['spec.cpu', 19],
  ['spec.ports', 22],
  ['spec.ports[port=80,protocol=TCP].name', 24],
  ['spec.ports[port=53,protocol=UDP].protocol', 26],
  ['spec.ports[port=53,protocol=TCP]', 27],
  ['spec.ports[1].port', 25],
  ['spec.env[name=A].value', 29],
  ['spec.env[name=A]#2.value', 30],
  ['spec.finalizers[c/d]', 32],
  ['spec.replicas', null],
  ['spec.ports[port=99,protocol=TCP]', null],
  ['metadata.name.more', null],
  ['[[', null],
] as const)('%s stands on line %s', ([path, line]) => {
  expect(locateLines({ text, offsetLine: 11 }).lineOf(id, path)).toBe(line);
});

test('an item of a list is found by kind and name', () => {
  const list = `kind: List
items:
- kind: Service
  metadata: {name: other, namespace: shop}
- kind: Deployment
  metadata: {name: web, namespace: shop}
- kind: Service
  metadata:
    name: web
    namespace: shop
  spec:
    type: NodePort
`;
  expect(locateLines({ text: list, offsetLine: 1 }).lineOf(id, 'spec.type')).toBe(12);
});

test('JSON has lines too, and broken text none', () => {
  const json = JSON.stringify({ kind: 'Service', metadata: { name: 'web' }, spec: { type: 'NodePort' } }, null, 2);
  expect(locateLines({ text: json, offsetLine: 1 }).lineOf(id, 'spec.type')).toBe(7);
  expect(locateLines({ text: json, offsetLine: 1 }).textOf(id, 'spec.type')).toBe('NodePort');
  expect(locateLines({ text: 'a: [', offsetLine: 1 }).lineOf(id, 'spec.type')).toBeNull();
});
