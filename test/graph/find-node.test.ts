import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors/app-error.ts';
import { findNode, requireNode } from '../../src/graph/find-node.ts';
import { configMap, graphOf, served, workload } from './world.ts';

const graph = graphOf(
  served('web', 80, { env: { U: 'https://api.partner.com' } }),
  served('payment', 80),
  served('web', 80, { namespace: 'lab' }),
  workload('agent', { kind: 'DaemonSet' }),
  configMap('feature-flags', {}),
  configMap('payment', {}),
);

describe('finding a node by what people type', () => {
  test.each([
    ['shop/web', 'shop/web'],
    ['shop/deployment/web', 'shop/web'],
    ['lab/svc/web', 'lab/web'],
    ['deployment/payment', 'shop/payment'],
    ['Deployment/payment', 'shop/payment'],
    ['deployments/payment', 'shop/payment'],
    ['deploy/payment', 'shop/payment'],
    ['payment', 'shop/payment'],
    ['ds/agent', 'shop/agent'],
    ['configmap/feature-flags', 'shop/configmap/feature-flags'],
    ['cm/payment', 'shop/configmap/payment'],
    ['feature-flags', 'shop/configmap/feature-flags'],
    ['api.partner.com', 'external:api.partner.com'],
  ])('%s', (target, id) => {
    expect(findNode(graph, target)).toEqual({ kind: 'found', id });
  });

  test('two that fit are both named', () => {
    expect(findNode(graph, 'deployment/web')).toEqual({ kind: 'ambiguous', ids: ['lab/web', 'shop/web'] });
  });

  test('none that fits: the near ones are named', () => {
    expect(() => requireNode(graph, 'deployment/paymnt')).toThrow(AppError);
    expect(findNode(graph, 'deployment/paymnt')).toMatchObject({
      kind: 'none',
      near: ['shop/configmap/payment', 'shop/payment'],
    });
  });

  test.each(['', '/', '//', '\u001b[2J', 'x'.repeat(100_000)])('%j is simply not found', (target) => {
    expect(findNode(graph, target).kind).toBe('none');
  });
});
