import { describe, expect, test } from 'vitest';
import { buildGraph, noteImages, reread, updateGraph, wantedImages } from '../../../src/graph/build-graph.ts';
import { coverageOf } from '../../../src/graph/coverage.ts';
import type { DependencyGraph } from '../../../src/graph/dependency-graph.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import type { ImageConfig, ImageState } from '../../../src/resource/image/image-config.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import { builtAt, configMap, findings, lines, pairs, served, service, workload } from '../world.ts';

const digest = `sha256:${'c'.repeat(64)}`;

function image(parts: Partial<ImageConfig> & { readonly variables?: Readonly<Record<string, string>> }): ImageState {
  const { variables = {}, ...rest } = parts;
  const labels = { source: null, title: null, vendor: null };
  const config = { digest, env: Object.entries(variables), entrypoint: [], command: [], ports: [], labels, ...rest };
  return { kind: 'known', image: config };
}

function graphWith(images: Readonly<Record<string, ImageState>>, ...parts: (Resource | Resource[])[]): DependencyGraph {
  const graph = buildGraph(parts.flat(), { builtAt, images: new Map() });
  learn(graph, images);
  return graph;
}

function learn(graph: DependencyGraph, images: Readonly<Record<string, ImageState>>): void {
  reread(graph, noteImages(graph, new Map(Object.entries(images))), builtAt);
}

/** A shop whose front end finds its back ends by nothing but the ENV lines of its Dockerfile. */
const front = { variables: { PATH: '/bin', CATALOGUE_HOST: 'catalogue', CART_HOST: 'cart', CART_PORT: '8080' } };
const shop = [...served('web', 80), ...served('catalogue', 8080), ...served('cart', 8080)];

describe('addresses that only the image knows', () => {
  test('become edges of a little less confidence, which name the image and its digest', () => {
    const graph = graphWith({ 'shop/web:1': image(front) }, ...shop);
    expect(pairs(graph)).toStrictEqual(['web -> cart', 'web -> catalogue']);
    const { edges } = graphDocument(graph);
    expect(edges[1]?.evidence).toStrictEqual([
      {
        kind: 'image',
        what: 'image ENV CATALOGUE_HOST = catalogue in shop/web:1 (sha256:cccccccccccc)',
        file: 'app.yaml',
        line: 1,
      },
    ]);
    expect(edges.map(({ confidence }) => confidence)).toStrictEqual([0.855, 0.765]);
  });

  test('are invisible while images are not read, and the graph says so', () => {
    const graph = buildGraph(shop, { builtAt });
    expect(wantedImages(graph)).toStrictEqual([]);
    expect(noteImages(graph, new Map([['shop/web:1', image(front)]]))).toStrictEqual([]);
    expect(coverageOf(graph).notSeen[0]).toBe(
      'no traffic was observed: addresses inside images or source code are invisible',
    );
  });

  test('count beside what a manifest says of the same callee', () => {
    const web = served('web', 80, { env: { CART_URL: 'http://cart:8080' } });
    const graph = graphWith({ 'shop/web:1': image(front) }, ...web, ...served('cart', 8080));
    expect(graphDocument(graph).edges.find(({ layer }) => layer === 'call')).toMatchObject({
      confidence: 0.996,
      evidence: [{ kind: 'declared' }, { kind: 'image' }],
    });
  });

  test('give way to the pod: a variable of the same name replaces them, known or not', () => {
    const container = {
      env: [
        { name: 'CATALOGUE_HOST', value: 'other' },
        { name: 'CART_HOST', valueFrom: { secretKeyRef: { name: 'unread', key: 'host' } } },
      ],
    };
    const web = workload('web', { container });
    const graph = graphWith(
      { 'shop/web:1': image(front) },
      web,
      ...served('catalogue', 8080),
      ...served('cart', 8080),
      ...served('other', 80),
    );
    expect(pairs(graph)).toStrictEqual(['web -> other']);
  });

  test('give way to a ConfigMap that is taken in whole', () => {
    const container = { envFrom: [{ configMapRef: { name: 'places' } }] };
    const graph = graphWith(
      { 'shop/web:1': image(front) },
      workload('web', { container }),
      configMap('places', { CATALOGUE_HOST: 'other' }),
      ...served('catalogue', 8080),
      ...served('other', 80),
    );
    expect(pairs(graph)).toStrictEqual(['web -> other']);
  });

  test('are not what Kubernetes expands, but what a shell does', () => {
    const words = ['sh', '-c', 'exec web --one=http://$(A_HOST) --two=http://${B_HOST}'];
    const variables = { A_HOST: 'catalogue', B_HOST: 'cart' };
    const web = workload('web', { container: { command: words, env: [{ name: 'A_HOST', value: 'other' }] } });
    const graph = graphWith({ 'shop/web:1': image({ variables }) }, web, ...shop.slice(2), ...served('other', 80));
    expect(pairs(graph)).toStrictEqual(['web -> cart', 'web -> other']);
    const literal = workload('web', { container: { command: ['web', '--one=http://$(A_HOST)'] } });
    const left = graphWith({ 'shop/web:1': image({ variables: { A_HOST: '10' } }) }, literal, ...shop.slice(2));
    expect(pairs(left)).toStrictEqual([]);
  });
});

describe('the command that really runs', () => {
  const parts = { entrypoint: ['web', '--cart=http://cart:8080'], command: ['--catalogue', 'http://catalogue:8080'] };
  const known = { 'shop/web:1': image(parts) };

  test.for([
    ['nothing is declared', {}, ['web -> cart', 'web -> catalogue']],
    ['args are declared, which replace CMD', { args: ['-v'] }, ['web -> cart']],
    ['a command is declared, which replaces both', { command: ['web'] }, []],
    ['both are empty lists, which is as if absent', { command: [], args: [] }, ['web -> cart', 'web -> catalogue']],
  ] as const)('is of the image where %s', ([, container, edges]) => {
    const graph = graphWith(known, workload('web', { container: { ...container } }), ...shop.slice(2));
    expect(pairs(graph)).toStrictEqual([...edges]);
  });

  test('is read as one line: the image names the program, the pod its flags', () => {
    const container = { args: ['-h', 'database'] };
    const graph = graphWith(
      { 'shop/web:1': image({ entrypoint: ['psql'] }) },
      workload('web', { container }),
      ...served('database', 5432, { image: 'postgres:16' }),
    );
    expect(lines(graph)).toStrictEqual(['web -> database data postgres']);
    expect(graphDocument(graph).edges.find(({ layer }) => layer === 'data')?.evidence[0]?.kind).toBe('declared');
  });

  test('of an init container that waits makes the callee hard', () => {
    const waiting = { name: 'wait', image: 'shop/wait:1' };
    const graph = graphWith(
      { 'shop/wait:1': image({ entrypoint: ['sh', '-c', 'until nc -z cart 8080; do sleep 1; done'] }) },
      workload('web', { pod: { initContainers: [waiting] } }),
      ...served('cart', 8080),
    );
    expect(graphDocument(graph).edges.find(({ layer }) => layer === 'call')).toMatchObject({ strength: 'hard' });
  });
});

describe('what an image carries along is no dependency', () => {
  test.for([
    ['where its build loaded something from', { PHP_URL: 'https://www.php.net/distributions/php-8.3.tar.xz' }],
    ['an installer', { PYTHON_GET_PIP_URL: 'https://github.com/pypa/get-pip/raw/main/public/get-pip.py' }],
    ['a registry of packages', { NPM_CONFIG_REGISTRY: 'https://registry.npmjs.org' }],
    ['a page about it', { HOMEPAGE: 'https://www.shop.io' }],
    ['a host of nobody', { QUEUE: 'nobody', MODE: 'cart' }],
    ['a store by default that no manifest declares', { MONGO_URL: 'mongodb://mongo:27017/x' }],
    ['its own machine', { REDIS_HOST: 'localhost', BIND: '0.0.0.0:80' }],
  ] as const)('%s', ([, variables]) => {
    const graph = graphWith({ 'shop/web:1': image({ variables }) }, ...shop);
    expect(lines(graph)).toStrictEqual([]);
  });

  test('but a default that leads nowhere is a finding, and the address of a partner an edge', () => {
    const variables = { MONGO_URL: 'mongodb://mongo:27017/x', GATEWAY_URL: 'https://pay.partner.com/v1' };
    const graph = graphWith({ 'shop/web:1': image({ variables }) }, ...shop);
    expect(lines(graph)).toStrictEqual(['web -> external:pay.partner.com call http']);
    expect(findings(graph)).toStrictEqual([
      'web: image ENV MONGO_URL = mongodb://mongo:27017 in shop/web:1 (sha256:cccccccccccc): no Service mongo in namespace shop of these manifests',
    ]);
  });
});

describe('what is known of images follows what is read', () => {
  test('an image that changes takes its old addresses with it, at the cost of its users', () => {
    const graph = graphWith({ 'shop/web:1': image(front) }, ...shop, ...served('other', 80));
    const moved = `sha256:${'d'.repeat(64)}`;
    learn(graph, { 'shop/web:1': image({ digest: moved, variables: { OTHER_HOST: 'other' } }) });
    expect(pairs(graph)).toStrictEqual(['web -> other']);
    expect(graph.work.sources).toBeLessThanOrEqual(2);
    learn(graph, { 'shop/web:1': image({ digest: moved, variables: { OTHER_HOST: 'other' } }) });
    expect(graph.work.sources).toBe(0);
  });

  test('a workload that comes later finds what is known already', () => {
    const graph = graphWith({ 'shop/web:1': image(front) }, ...shop);
    updateGraph(graph, { changed: [workload('shop-two', { image: 'shop/web:1' })], removed: [], builtAt });
    expect(pairs(graph)).toContain('shop-two -> cart');
  });

  test('an image that nobody uses any more is not wanted', () => {
    const graph = graphWith({ 'shop/web:1': image(front) }, ...shop);
    updateGraph(graph, { changed: [workload('web', { image: 'shop/web:2' })], removed: [], builtAt });
    learn(graph, { 'shop/web:2': image({}) });
    expect(wantedImages(graph).toSorted()).toStrictEqual(['shop/cart:1', 'shop/catalogue:1', 'shop/web:2']);
    expect(pairs(graph)).toStrictEqual([]);
  });

  test('what could not be read, or was not yet, is said', () => {
    const graph = graphWith({ 'shop/web:1': { kind: 'unreadable', why: 'the registry answered 401' } }, ...shop);
    expect(coverageOf(graph).notSeen.slice(0, 3)).toStrictEqual([
      'no traffic was observed: addresses inside source code are invisible',
      '1 image could not be read (shop/web:1: the registry answered 401)',
      '2 images not read yet',
    ]);
  });

  test('ports of the image stand in for those that a manifest leaves out, and its labels are facts of the node', () => {
    const labels = { source: 'https://git.corp/web', title: 'Web', vendor: null };
    const web = workload('web', { env: { CART_ADDR: 'cart:9000' } });
    const graph = graphWith(
      { 'shop/cart:1': image({ ports: [9000], labels }) },
      web,
      workload('cart'),
      service('cart', 80),
    );
    const document = graphDocument(graph);
    expect(document.edges.find(({ layer }) => layer === 'call')?.confidence).toBe(0.75);
    expect(document.nodes.find(({ id }) => id === 'shop/cart')?.images).toStrictEqual([
      { reference: 'shop/cart:1', digest, ...labels },
    ]);
  });
});
