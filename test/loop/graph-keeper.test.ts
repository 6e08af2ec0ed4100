import { expect, test } from 'vitest';
import { graphDocument } from '../../src/graph/export-graph.ts';
import { GraphKeeper } from '../../src/loop/estate/graph-keeper.ts';
import type { Origin, Resource } from '../../src/resource/resource.ts';
import { now } from '../fakes/reports.ts';

function workload(name: string, peer: string, origin: Origin | null = null): Resource {
  const id = { group: 'apps', kind: 'Deployment', namespace: 'shop', name };
  const labels = { app: name };
  const containers = [{ name: 'main', image: 'x:1', env: [{ name: 'PEER_ADDR', value: `${peer}:8080` }] }];
  return {
    id,
    apiVersion: 'apps/v1',
    origin,
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'shop' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    },
  };
}

function service(name: string): Resource {
  const id = { group: '', kind: 'Service', namespace: 'shop', name };
  const spec = { selector: { app: name }, ports: [{ port: 8080 }] };
  const body = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec };
  return { id, apiVersion: 'v1', origin: null, body };
}

const gone = { change: 'removed', paths: [] } as const;

const keeper = (): GraphKeeper => new GraphKeeper({ clock: () => new Date(now), lineOf: () => null });
const services = ['web', 'cart', 'db'].map(service);
const edges = (of: GraphKeeper): string[] =>
  of.graph === null ? [] : graphDocument(of.graph).edges.map(({ from, to }) => `${from} -> ${to}`);

test('follows live edits, keeps what is declared but missing, and forgets what is neither', async () => {
  const graph = keeper();
  const declared = workload('web', 'cart', { file: 'web.yaml', line: 1 });
  await graph.sync(
    [declared],
    [...services, workload('web', 'cart'), workload('cart', 'db')],
    new AbortController().signal,
  );
  expect(edges(graph)).toEqual(['shop/cart -> shop/db', 'shop/web -> shop/cart']);
  graph.updateLive([workload('web', 'db')], []);
  expect(edges(graph)).toEqual(['shop/cart -> shop/db', 'shop/web -> shop/db']);
  graph.updateLive([], [declared.id, workload('cart', '').id]);
  expect(edges(graph)).toEqual(['shop/web -> shop/cart']);
});

test('a whole pass in which nothing changed does nothing to the graph', async () => {
  const graph = keeper();
  const live = [...services, workload('web', 'cart')];
  await graph.sync([], live, new AbortController().signal);
  const work = graph.graph?.work;
  await graph.sync([], [...live], new AbortController().signal);
  expect(graph.graph?.work).toBe(work);
  await graph.sync([], [...services, workload('cart', 'db')], new AbortController().signal);
  expect(edges(graph)).toEqual(['shop/cart -> shop/db']);
});

test('knows impact and importance of what is in it, and says when it does not know', async () => {
  const graph = keeper();
  const { id } = workload('cart', '');
  expect([graph.impactOf(id, gone), graph.importanceOf(id)]).toEqual([null, null]);
  await graph.sync([], [...services, workload('web', 'cart'), workload('cart', 'db')], new AbortController().signal);
  expect(graph.impactOf(id, gone)?.affected.map((one) => one.id)).toEqual(['shop/web']);
  expect(graph.importanceOf(id)).toEqual({ tier: null, owner: null });
  expect(graph.impactOf({ ...id, name: 'unknown' }, gone)).toBeNull();
});

test('takes an estate of many portions whole, and none of it when it is told to stop', async () => {
  const many = Array.from({ length: 700 }, (_, index) => workload(`w${index}`, `w${index + 1}`));
  const reachable = Array.from({ length: 701 }, (_, index) => service(`w${index}`));
  const graph = keeper();
  await graph.sync([], [...many, ...reachable], new AbortController().signal);
  expect(edges(graph)).toHaveLength(700);
  const stopped = keeper();
  await expect(stopped.sync([], [...many, ...reachable], AbortSignal.abort())).rejects.toThrow();
  expect(stopped.graph).toBeNull();
});

test('a drift reaches whom the drifted field reaches, not all who would notice a failure', async () => {
  const graph = keeper();
  const declared = workload('cart', 'db', { file: 'cart.yaml', line: 1 });
  await graph.sync([declared], [...services, declared, workload('web', 'cart')], new AbortController().signal);
  const reached = (...paths: readonly string[]) =>
    graph.impactOf(declared.id, { change: 'changed', paths })?.affected.map(({ id, effect }) => [id, effect]);
  expect(reached('metadata.labels.team')).toEqual([]);
  expect(reached('spec.template.spec.containers[name=main].image')).toEqual([['shop/web', 'degrades']]);
  expect(graph.impactOf(declared.id, gone)?.affected[0]?.effect).toBe('breaks');
});

test('tells what people wrote onto a live object from what Git says', async () => {
  const noted = (of: Resource, text: string): Resource => {
    const annotations = { 'mooring.dev/depends-on': text };
    return { ...of, body: { ...of.body, metadata: { name: 'web', namespace: 'shop', annotations } } };
  };
  const declared = workload('web', 'cart', { file: 'web.yaml', line: 1 });
  const strengths = (of: GraphKeeper) =>
    of.graph === null ? [] : graphDocument(of.graph).edges.map(({ strength }) => strength);
  const graph = keeper();
  const live = [...services, noted(workload('web', 'cart'), 'cart=soft')];
  await graph.sync([declared], live, new AbortController().signal);
  expect(strengths(graph)).toEqual(['unknown']);
  await graph.sync([noted(declared, 'cart=soft')], live, new AbortController().signal);
  expect(strengths(graph)).toEqual(['soft']);
});
