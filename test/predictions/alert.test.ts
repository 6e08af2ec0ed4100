import { assert, jsonValue, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNotification } from '../../src/predictions/alert.ts';
import { nodeOfAlert, type NodeLookup } from '../../src/predictions/alert-node.ts';

const firing = {
  status: 'firing',
  labels: { alertname: 'HighErrorRate', namespace: 'shop', service: 'cart' },
  annotations: { summary: 'too many' },
  startsAt: '2026-03-01T10:00:00.5Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph',
  fingerprint: 'a1b2c3',
};

const notification = (...alerts: readonly unknown[]): unknown => ({
  version: '4',
  groupKey: '{}:{}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'mooring',
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager',
  alerts,
});

describe('a notification of Alertmanager', () => {
  test('holds alerts with name, labels and beginning; one that fires has no end', () => {
    expect(readNotification(notification(firing))).toEqual({
      alerts: [
        {
          fingerprint: 'a1b2c3',
          name: 'HighErrorRate',
          labels: new Map(Object.entries(firing.labels)),
          startsAt: '2026-03-01T10:00:00.500Z',
          endsAt: null,
        },
      ],
      refused: 0,
    });
  });

  test('a resolved alert has its end', () => {
    const resolved = { ...firing, status: 'resolved', endsAt: '2026-03-01T10:05:00Z' };
    expect(readNotification(notification(resolved))?.alerts[0]?.endsAt).toBe('2026-03-01T10:05:00.000Z');
  });

  test.for([
    ['a label that is no text', { ...firing, labels: { alertname: 3, pod: 'x' } }, 1],
    ['no labels', { ...firing, labels: null }, 1],
    ['no beginning', { ...firing, startsAt: 'yesterday' }, 0],
    ['a state that does not exist', { ...firing, status: 'pending' }, 0],
    ['a fingerprint with a terminal escape', { ...firing, fingerprint: '\u001b[2J' }, 0],
    ['nothing', null, 0],
  ] as const)('an alert with %s costs the others nothing', ([, broken, read]) => {
    const found = readNotification(notification(broken, firing));
    expect([found?.alerts.length, found?.refused]).toEqual([1 + read, 1 - read]);
  });

  test.for([null, 'text', 3, [], {}, { version: '3', alerts: [] }, { version: '4', alerts: {} }])(
    '%j is none',
    (body) => {
      expect(readNotification(body)).toBeUndefined();
    },
  );

  test('what is too much is counted, not held', () => {
    const labels = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`l${at}`, 'x'.repeat(at < 50 ? 10 : 9000)]),
    );
    const many = Array.from({ length: 1_200 }, () => ({ ...firing, labels }));
    const found = readNotification(notification(...many));
    expect([found?.alerts.length, found?.refused, found?.alerts[0]?.labels.size]).toEqual([1_000, 200, 50]);
  });

  test('a key that every object has is a label like others', () => {
    const body: unknown = JSON.parse(JSON.stringify(notification(firing)).replace('"service"', '"__proto__"'));
    expect(readNotification(body)?.alerts[0]?.labels.get('__proto__')).toBe('cart');
  });

  test('no value makes it throw', () => {
    assert(
      property(jsonValue(), jsonValue(), (one, other) => {
        readNotification(one);
        readNotification(notification(one, { ...firing, labels: other }));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the node an alert is about', () => {
  const known: Readonly<Record<string, string>> = {
    'apps/Deployment shop/cart': 'shop/cart',
    'v1/Service shop/cart': 'shop/cart',
    '* shop/cart': 'shop/cart',
    '* shop/cart-6f9c7d5b8-x2x7q': 'shop/cart',
    '* */db': 'data/db',
    '* data/db': 'data/db',
  };
  const lookup: NodeLookup = {
    nodeNamed: (kind, name, namespace) => known[`${kind ?? '*'} ${namespace ?? '*'}/${name}`] ?? null,
  };

  test.for<[string, Readonly<Record<string, string>>, string | null]>([
    ['a deployment', { namespace: 'shop', deployment: 'cart' }, 'shop/cart'],
    ['a Service', { namespace: 'shop', service: 'cart' }, 'shop/cart'],
    ['a pod', { namespace: 'shop', pod: 'cart-6f9c7d5b8-x2x7q' }, 'shop/cart'],
    ['a job of an operator, namespace and name in one', { job: 'shop/cart' }, 'shop/cart'],
    ['a name without a namespace, where one node has it', { job: 'db' }, 'data/db'],
    [
      'what was scraped, not the exporter',
      { namespace: 'monitoring', service: 'kube-state-metrics', exported_namespace: 'shop', exported_service: 'cart' },
      'shop/cart',
    ],
    [
      'the next label where the first names nobody',
      { namespace: 'shop', service: 'nobody', pod: 'cart-6f9c7d5b8-x2x7q' },
      'shop/cart',
    ],
    ['nobody', { namespace: 'shop', severity: 'page' }, null],
    ['nobody it knows', { namespace: 'shop', deployment: 'other' }, null],
  ])('%s', ([, labels, node]) => {
    expect(nodeOfAlert(new Map(Object.entries(labels)), lookup)).toBe(node);
  });
});
