import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/resource/json.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import { configMap, resource, served, service, workload } from '../world.ts';
import { at, changed, effects, radius, removed, sightings } from './changes.ts';

const before = configMap('settings', { color: 'red', 'app.conf': 'a=1', spare: 'x' });
const after = configMap('settings', { color: 'blue', 'app.conf': 'a=1', spare: 'x' });

function reading(name: string, container: JsonObject, pod: JsonObject = {}): Resource {
  return workload(name, { container, pod });
}

function env(key: string, optional = false): JsonObject {
  const configMapKeyRef = { name: 'settings', key, ...(optional ? { optional } : {}) };
  return { env: [{ name: 'V', valueFrom: { configMapKeyRef } }] };
}

function mounted(mount: JsonObject, source: JsonObject = {}): [JsonObject, JsonObject] {
  return [
    { volumeMounts: [{ name: 'c', mountPath: '/c', ...mount }] },
    { volumes: [{ name: 'c', configMap: { name: 'settings', ...source } }] },
  ];
}

describe('who sees a changed key of a ConfigMap, and when', () => {
  test.for<readonly [string, Resource, string]>([
    ['a variable from the key needs a restart', reading('a', env('color')), 'restart'],
    ['a variable from another key never sees it', reading('a', env('spare')), 'never'],
    [
      'who takes all keys needs a restart',
      reading('a', { envFrom: [{ configMapRef: { name: 'settings' } }] }),
      'restart',
    ],
    ['a mounted volume follows by itself', reading('a', ...mounted({})), 'live'],
    [
      'a volume with other items never sees it',
      reading('a', ...mounted({}, { items: [{ key: 'spare', path: 's' }] })),
      'never',
    ],
    ['a volume with the item follows', reading('a', ...mounted({}, { items: [{ key: 'color', path: 'c' }] })), 'live'],
    ['the file mounted by subPath needs a restart', reading('a', ...mounted({ subPath: 'color' })), 'restart'],
    ['another file mounted by subPath never sees it', reading('a', ...mounted({ subPath: 'app.conf' })), 'never'],
    [
      'an item under another name is found by its path',
      reading('a', ...mounted({ subPath: 'paint' }, { items: [{ key: 'color', path: 'paint' }] })),
      'restart',
    ],
    [
      'a projected volume counts like a plain one',
      reading(
        'a',
        { volumeMounts: [{ name: 'c', mountPath: '/c' }] },
        {
          volumes: [{ name: 'c', projected: { sources: [{ configMap: { name: 'settings' } }] } }],
        },
      ),
      'live',
    ],
    [
      'a controller that restarts on change makes it live',
      workload('a', { container: env('color'), annotations: { 'reloader.stakater.com/auto': 'true' } }),
      'live',
    ],
  ])('%s', ([, reader, sees]) => {
    expect(sightings([reader], changed(before, after, ['data.color']))).toEqual([`a ${sees}`]);
  });

  test('each run of a CronJob starts with what is there', () => {
    const run = resource({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly', namespace: 'shop' },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: { spec: { template: { spec: { containers: [{ name: 'c', ...env('color') }] } } } },
      },
    });
    expect(sightings([run], changed(before, after, ['data.color']))).toEqual(['nightly next-start']);
  });

  test('running pods do not follow an immutable object even where they mount it', () => {
    const fixed = (source: Resource) => ({ ...source, body: { ...source.body, immutable: true } });
    const change = changed(fixed(before), fixed(after), ['data.color']);
    expect(sightings([reading('a', ...mounted({}))], change)).toEqual(['a restart']);
  });

  test('labels and notes of the object reach nobody', () => {
    expect(sightings([reading('a', env('color'))], changed(before, after, ['metadata.labels.x']))).toEqual(['a never']);
    expect(effects([reading('a', env('color'))], changed(before, after, ['metadata.labels.x']))).toEqual([]);
  });

  test('a whole member that changed counts for the keys that really differ', () => {
    const readers = [reading('a', env('color')), reading('b', env('spare'))];
    expect(sightings(readers, changed(before, after, ['data']))).toEqual(['a restart', 'b never']);
  });

  test('a moment is said where the change is seen by itself, and none where it waits for a restart', () => {
    const world = [reading('file', ...mounted({})), reading('variable', env('color'))];
    const { affected } = radius(world, changed(before, after, ['data.color']));
    expect(affected.map(({ id, sees, since }) => [id, sees, since])).toEqual([
      ['shop/file', 'live', at],
      ['shop/variable', 'restart', null],
    ]);
  });

  test('a restart that came after the change is the moment', () => {
    const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-03-01T09:30:00Z' };
    const spec = { containers: [{ name: 'c', ...env('color') }] };
    const restarted = resource({
      ...workload('a').body,
      spec: { template: { metadata: { annotations, labels: { app: 'a' } }, spec } },
    });
    const [reached] = radius([restarted], changed(before, after, ['data.color'])).affected;
    expect([reached?.sees, reached?.since]).toEqual(['restart', '2026-03-01T09:30:00.000Z']);
  });
});

describe('what it does to them', () => {
  test('a required key that is gone breaks its reader and those who call it, an optional one degrades', () => {
    const gone = configMap('settings', { spare: 'x' });
    const world = [
      ...served('cart', 80, { container: env('color') }),
      workload('web', { env: { CART: 'http://cart:80' } }),
      ...served('ads', 80, { container: env('color', true) }),
      service('web', 80, { spec: { type: 'LoadBalancer' } }),
    ];
    const found = radius(world, changed(before, gone, ['data.color', 'data."app.conf"']));
    expect(found.affected.map(({ id, effect }) => `${id} ${effect}`)).toEqual([
      'shop/cart breaks',
      'shop/ads degrades',
      'shop/web breaks',
    ]);
    expect(found.affected[2]?.path).toEqual(['shop/configmap/settings', 'shop/cart', 'shop/web']);
    expect(found.entryPoints).toEqual(['shop/web']);
  });

  test('another value may degrade, and its readers stand before their callers', () => {
    const world = [
      ...served('cart', 80, { container: env('color') }),
      workload('web', { env: { CART: 'http://cart:80' } }),
    ];
    expect(effects(world, changed(before, after, ['data.color']))).toEqual(['cart degrades', 'web degrades']);
  });

  test('a ConfigMap that is gone breaks all who need it', () => {
    expect(effects([before, reading('a', env('color'))], removed(before))).toEqual(['a breaks']);
  });

  test('no value of a Secret is in the answer, its keys are', () => {
    const secret = (token: string) =>
      resource({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' }, data: { token } });
    const env = [{ name: 'T', valueFrom: { secretKeyRef: { name: 's', key: 'token' } } }];
    const found = radius(
      [workload('a', { container: { env } })],
      changed(secret('Y2FuYXJ5'), secret('ZmluY2g='), ['data.token']),
    );
    expect(found.changes[0]?.reaches).toEqual([
      { id: 'shop/a', sees: 'restart', since: null, why: 'reads it as env T: token of Secret s' },
    ]);
    expect(JSON.stringify(found)).not.toMatch(/Y2FuYXJ5|ZmluY2g/);
  });

  test('keys that are members of every object are keys like others', () => {
    const odd = (value: string) =>
      resource(
        JSON.parse(
          `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"__proto__":"${value}"}}`,
        ),
      );
    expect(sightings([reading('a', env('__proto__'))], changed(odd('a'), odd('b'), ['data.__proto__']))).toEqual([
      'a restart',
    ]);
  });
});
