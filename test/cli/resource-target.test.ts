import { describe, expect, it } from 'vitest';
import { findTarget, parseTarget } from '../../src/cli/resource-target.ts';

const candidates = [
  { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
  { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'test', name: 'web' },
  { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'wall' },
  { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'cart' },
  { apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: 'shop', name: 'cart' },
  { apiVersion: 'v1', kind: 'Namespace', namespace: '', name: 'shop' },
];

function find(text: string, namespace?: string): string {
  const found = findTarget(parseTarget(text, namespace), text, candidates);
  return [found.apiVersion, found.kind, found.namespace, found.name].join(' ');
}

describe('a resource is found by what people type', () => {
  it.each([
    ['deploy/cart', undefined, 'apps/v1 Deployment shop cart'],
    ['Deployment/cart', undefined, 'apps/v1 Deployment shop cart'],
    ['deployments.apps/cart', undefined, 'apps/v1 Deployment shop cart'],
    ['deployment/test/web', undefined, 'apps/v1 Deployment test web'],
    ['deployment/web', 'shop', 'apps/v1 Deployment shop web'],
    ['networkpolicies/wall', undefined, 'networking.k8s.io/v1 NetworkPolicy shop wall'],
    ['service.serving.knative.dev/cart', undefined, 'serving.knative.dev/v1 Service shop cart'],
    ['ns/shop', 'elsewhere', 'v1 Namespace  shop'],
  ])('%s in namespace %s', (text, namespace, expected) => {
    expect(find(text, namespace)).toBe(expected);
  });
});

describe('a resource that is not meant clearly is asked for again', () => {
  it.each([
    ['web', 'cannot tell which resource "web" is: it is not of the form KIND/NAME'],
    ['deploy/web', 'it may be Deployment shop/web or Deployment test/web'],
    ['deploy/crat', 'neither side holds it. Did you mean cart?'],
    ['deploy/zzzzzzz', 'neither side holds it. Run "mooring audit" to see what there is'],
  ])('%s', (text, expected) => {
    expect(() => find(text)).toThrow(expected);
  });
});
