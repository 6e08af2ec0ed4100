import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../src/resource/resource.ts';
import { buildGraph } from '../../../src/graph/build-graph.ts';
import {
  builtAt,
  configMap,
  findings,
  graphOf,
  lines,
  pairs,
  resource,
  resources,
  served,
  service,
  workload,
} from '../world.ts';

/** Callees that most rows know. */
const world: readonly Resource[] = [
  ...served('cart', 8080),
  ...served('orders', 80),
  ...served('db', 5432, { image: 'postgres:16', port: 5432 }),
  ...served('cache', 6379, { image: 'redis:7', port: 6379 }),
  ...served('rabbit', 5672, { image: 'rabbitmq:3', port: 5672 }),
];

function edgesOf(...parts: (Resource | readonly Resource[])[]): string[] {
  return lines(graphOf(...parts)).filter((line) => line.startsWith('web '));
}

describe('what a workload names in its environment is an edge', () => {
  test.each<[env: Record<string, string>, edge: string]>([
    [{ CART_ADDR: 'cart:8080' }, 'web -> cart call ?'],
    [{ CART_URL: 'http://cart:8080/v1' }, 'web -> cart call http'],
    [{ CART: 'cart.shop:8080' }, 'web -> cart call ?'],
    [{ CART: 'http://cart.shop.svc.cluster.local:8080' }, 'web -> cart call http'],
    [{ CART_HOST: 'cart', CART_PORT: '8080' }, 'web -> cart call ?'],
    [{ CART_SERVICE: 'cart' }, 'web -> cart call ?'],
    [{ HOST: 'cart', BASE: 'http://$(HOST):8080' }, 'web -> cart call http'],
    [{ BASE: 'http://$(CART_SERVICE_HOST):$(CART_SERVICE_PORT)' }, 'web -> cart call http'],
    [{ DATABASE_URL: 'postgres://u:p@db/orders' }, 'web -> db data postgres'],
    [{ DSN: 'Host=db;Username=u;Password=p' }, 'web -> db data postgres'],
    [{ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db:5432/orders' }, 'web -> db data postgres'],
    [{ redis: 'cache:6379' }, 'web -> cache data redis'],
    [{ REDIS: 'cache' }, 'web -> cache data redis'],
    [{ AMQP: 'amqp://guest:guest@rabbit' }, 'web -> rabbit message amqp'],
    [{ SPRING_APPLICATION_JSON: '{"orders":{"url":"http://orders"}}' }, 'web -> orders call http'],
    [{ JAVA_OPTS: '-Xmx1g -Dcart.host=cart' }, 'web -> cart call ?'],
  ])('%j', (env, edge) => {
    expect(edgesOf(world, workload('web', { env }))).toEqual([edge]);
  });
});

describe('a name that is no address is a decoy', () => {
  test.each<Record<string, string>>([
    { POSTGRES_DB: 'orders' },
    { MYSQL_DATABASE: 'cart' },
    { KAFKA_TOPIC: 'orders' },
    { OTEL_SERVICE_NAME: 'cart' },
    { CORS_ORIGIN: 'http://cart:8080' },
    { APP_IMAGE: 'cart:8080/x' },
    { WORD: 'cart' },
    { MESSAGE: 'the cart is full' },
    { RATIO: 'cart:12' },
    { NO_PROXY: 'cart,orders' },
    { SELF: 'http://web:80' },
    { SELF: 'http://web.shop.svc:80' },
  ])('%j', (env) => {
    expect(edgesOf(world, workload('web', { env }), service('web', 80))).toEqual([]);
  });

  test('a port that no Service offers makes a bare pair no address, a full URL keeps some trust', () => {
    expect(edgesOf(world, workload('web', { env: { X: 'cart:9' } }))).toEqual([]);
    expect(edgesOf(world, workload('web', { env: { CART_URL: 'http://cart:9' } }))).toEqual(['web -> cart call http']);
  });
});

describe('what leads nowhere is a finding, not an edge', () => {
  test('a Service that no manifest declares', () => {
    const graph = graphOf(world, workload('web', { env: { ASSISTANT_SERVICE_ADDR: 'assistant:80' } }));
    expect(pairs(graph)).toEqual([]);
    expect(findings(graph)).toEqual([
      'web: env ASSISTANT_SERVICE_ADDR = assistant:80: no Service assistant in namespace shop of these manifests',
    ]);
  });

  test.each<[Record<string, string>, string]>([
    [{ CART_ADDR: 'cart:8080', ENABLE_CART: 'false' }, 'ENABLE_CART'],
    [{ CART_ADDR: 'cart:8080', CART_ENABLED: '0' }, 'CART_ENABLED'],
    [{ CART_ADDR: 'cart:8080', CART_DISABLED: 'true' }, 'CART_DISABLED'],
    [{ CART_ADDR: 'cart:8080', JAVA_OPTS: '-Dspring.cart.enabled=false' }, 'spring.cart.enabled'],
  ])('%j is switched off', (env, by) => {
    const graph = graphOf(world, workload('web', { env }));
    expect(pairs(graph)).toEqual([]);
    expect(findings(graph)).toEqual([`web: env CART_ADDR = cart:8080: switched off by ${by}`]);
  });

  test('what every cluster brings itself is no finding', () => {
    const env = { API_SERVER_ADDR: 'https://kubernetes.default.svc:443', DNS_ADDR: 'kube-dns.kube-system.svc:53' };
    expect(findings(graphOf(workload('web', { env })))).toEqual([]);
  });

  test('a word that chooses one of several kinds of storage is no address', () => {
    const env = { STORAGE_BACKEND: 'filesystem', CACHE_BACKEND: 'redis', MAIL_SERVICE: 'sendmail' };
    const graph = graphOf(workload('web', { env }));
    expect([...pairs(graph), ...findings(graph)]).toEqual([]);
    expect(pairs(graphOf(served('store', 80), workload('web', { env: { STORAGE_BACKEND: 'store' } })))).toEqual([
      'web -> store',
    ]);
  });

  test('the own public address is dialled by others', () => {
    const ingress = resources(
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop, namespace: shop}\nspec: {rules: [{host: shop.corp.net, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}\n',
    );
    const env = { PUBLIC_URL: 'https://shop.corp.net' };
    const graph = graphOf(ingress, served('web', 80, { env }), workload('bot', { env }));
    expect(pairs(graph)).toEqual(['bot -> ingress/shop']);
    const ways = resources(
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop, namespace: shop}\nspec: {rules: [{host: shop.corp.net, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}, {path: /api, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}}]}\n',
    );
    const both = { PUBLIC_URL: 'https://shop.corp.net/', API_URL: 'https://shop.corp.net/api/v1' };
    expect(pairs(graphOf(ways, served('web', 80, { env: both }), served('api', 80, { env: both })))).toEqual([
      'api -> ingress/shop',
      'web -> ingress/shop',
    ]);
  });

  test('a switch of something else switches nothing off', () => {
    expect(edgesOf(world, workload('web', { env: { CART_ADDR: 'cart:8080', ENABLE_PROFILER: '0' } }))).toHaveLength(1);
  });

  test('a store outside the manifests is an edge all the same: operators and other releases make stores', () => {
    const graph = graphOf(workload('web', { env: { DB_URL: 'jdbc:mysql://orders-db.shop.svc.cluster.local:3306/x' } }));
    expect(lines(graph)).toEqual(['web -> orders-db data mysql']);
  });
});

describe('places outside the manifests', () => {
  test.each<[Record<string, string>, string]>([
    [{ PAY_URL: 'https://api.partner.com/v1' }, 'web -> external:api.partner.com call http'],
    [
      { DB_HOST: 'orders.abc.eu-west-1.rds.amazonaws.com', DB_PORT: '5432' },
      'web -> external:orders.abc.eu-west-1.rds.amazonaws.com data postgres',
    ],
    [{ AUTH_URL: 'http://auth.platform.svc.cluster.local' }, 'web -> platform/auth call http'],
    [{ DB_URL: 'postgres://10.0.0.7:5432/x' }, 'web -> external:10.0.0.7 data postgres'],
    [{ FILES: 's3://invoices/2024' }, 'web -> external:invoices.s3 data s3'],
  ])('%j', (env, edge) => {
    expect(edgesOf(workload('web', { env }))).toEqual([edge]);
  });

  test.each(['https://example.com/x', 'http://your-domain.com'])('%s is a placeholder', (url) => {
    expect(edgesOf(workload('web', { env: { PAY_URL: url } }))).toEqual([]);
  });
});

describe('values from configuration objects', () => {
  const settings = configMap('settings', { CART_ADDR: 'cart:8080', LEVEL: 'info' });
  const files = configMap('files', {
    'a.env': 'CART_ADDR=cart:8080\n',
    'app.yaml': 'orders:\n  url: http://orders\n',
  });

  test('one key, a whole map, a prefix', () => {
    const one = [{ name: 'X_ADDR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'CART_ADDR' } } }];
    expect(edgesOf(world, settings, workload('web', { container: { env: one } }))).toEqual(['web -> cart call ?']);
    const all = [{ prefix: 'APP_', configMapRef: { name: 'settings' } }];
    expect(edgesOf(world, settings, workload('web', { container: { envFrom: all } }))).toEqual(['web -> cart call ?']);
  });

  test('a file counts when it is mounted, by the keys and the path that are', () => {
    const volumes = [{ name: 'c', configMap: { name: 'files' } }];
    const mount = (extra: Record<string, string>) => ({
      volumeMounts: [{ name: 'c', mountPath: '/etc/app', ...extra }],
    });
    expect(edgesOf(world, files, workload('web', { pod: { volumes }, container: mount({}) }))).toEqual([
      'web -> cart call ?',
      'web -> orders call http',
    ]);
    expect(
      edgesOf(world, files, workload('web', { pod: { volumes }, container: mount({ subPath: 'app.yaml' }) })),
    ).toEqual(['web -> orders call http']);
    expect(edgesOf(world, files, workload('web', { pod: { volumes } }))).toEqual([]);
  });

  test('a file may use the variables of its reader', () => {
    const file = configMap('f', { 'app.properties': 'cart.url=http://${CART_HOST:other}:8080\n' });
    const web = workload('web', {
      env: { CART_HOST: 'cart' },
      pod: { volumes: [{ name: 'c', projected: { sources: [{ configMap: { name: 'f' } }] } }] },
      container: { volumeMounts: [{ name: 'c', mountPath: '/c' }] },
    });
    expect(edgesOf(world, file, web)).toEqual(['web -> cart call http']);
  });

  test('Secrets say nothing unless reading them is switched on', () => {
    const secret = resource({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'shop' },
      data: { U: btoa('postgres://u:hunter2@db:5432/x'), BROKEN: '%' },
    });
    const web = workload('web', {
      container: { env: [{ name: 'U', valueFrom: { secretKeyRef: { name: 's', key: 'U' } } }] },
    });
    expect(edgesOf(world, secret, web)).toEqual([]);
    const graph = buildGraph([...world, secret, web], { builtAt, readSecrets: true });
    expect(lines(graph)).toEqual(['web -> db data postgres']);
    expect(JSON.stringify(graph.nodes.export())).not.toContain('hunter2');
  });
});

describe('address books', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const book = (name: string): Resource =>
    configMap(name, { 'all.json': JSON.stringify(Object.fromEntries(names.map((n) => [n, { addr: `${n}:80` }]))) });
  const reader = (name: string, map: string): Resource[] =>
    served(name, 80, {
      pod: { volumes: [{ name: 'c', configMap: { name: map } }] },
      container: { volumeMounts: [{ name: 'c', mountPath: '/c' }] },
    });

  test('one list of all addresses for all members proves no call', () => {
    expect(
      pairs(
        graphOf(
          book('all'),
          names.flatMap((name) => reader(name, 'all')),
        ),
      ),
    ).toEqual([]);
  });

  test('copies of the list are the same list', () => {
    expect(
      pairs(graphOf(names.flatMap((name) => [book(`${name}-config`), ...reader(name, `${name}-config`)]))),
    ).toEqual([]);
  });

  test('a reader that is not listed is believed', () => {
    const graph = graphOf(
      book('all'),
      names.flatMap((name) => reader(name, 'all')),
      reader('web', 'all'),
    );
    expect(pairs(graph)).toEqual(names.map((name) => `web -> ${name}`));
  });

  test('a collector that got the list with everybody else watches nobody by it', () => {
    const collector = reader('jaeger', 'all').map((one) =>
      one.id.kind === 'Deployment' ? withImage(one, 'jaegertracing/all-in-one:1') : one,
    );
    expect(
      pairs(
        graphOf(
          book('all'),
          names.flatMap((name) => reader(name, 'all')),
          collector,
        ),
        ['operations'],
      ),
    ).toEqual([]);
  });

  test('a list of one reader is a list of callees', () => {
    expect(
      pairs(
        graphOf(
          book('all'),
          names.slice(1).flatMap((name) => served(name, 80)),
          reader('a', 'all'),
        ),
      ),
    ).toHaveLength(4);
  });
});

describe('commands, init containers and probes', () => {
  test('what a pod waits for is a hard dependency', () => {
    const init = [{ name: 'wait', image: 'busybox', command: ['sh', '-c', 'until nc -z db 5432; do sleep 1; done'] }];
    const graph = graphOf(world, workload('web', { pod: { initContainers: init } }));
    expect(lines(graph)).toEqual(['web -> db data postgres']);
    expect(graph.nodes.edges().map((key) => graph.nodes.getEdgeAttributes(key).strength)).toContain('hard');
  });

  test.each<[string, readonly string[]]>([
    ['arguments', ['--cart=http://cart:8080']],
    ['a flag and its value', ['--cart-addr', 'cart:8080']],
    ['variables in arguments', ['--cart-addr=$(CART)']],
    ['a script', ['sh', '-c', 'exec app --cart "http://${CART}/"']],
  ])('%s', (_name, args) => {
    const web = workload('web', { env: { CART: 'cart:8080' }, container: { args: [...args] } });
    expect(edgesOf(world, web).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual(['web -> cart']);
  });

  test('a flag that lists callers names no callee', () => {
    const web = workload('web', {
      container: { args: ['--cors-allowed-origins', 'http://cart:8080', '--redirect-uri=http://orders/x'] },
    });
    expect(edgesOf(world, web)).toEqual([]);
  });

  test('a readiness probe that asks a callee', () => {
    const probe = { readinessProbe: { exec: { command: ['pg_isready', '-h', 'db', '-p', '5432'] } } };
    expect(edgesOf(world, workload('web', { container: probe }))).toEqual(['web -> db data postgres']);
    const http = { readinessProbe: { httpGet: { host: 'cart', port: 8080, path: '/' } } };
    expect(edgesOf(world, workload('web', { container: http }))).toHaveLength(1);
    expect(edgesOf(world, workload('web', { container: { readinessProbe: { httpGet: { port: 8080 } } } }))).toEqual([]);
  });
});

describe('topics join producers and consumers', () => {
  const shop = (producer: Record<string, string>, consumer: Record<string, string>): string[] =>
    pairs(
      graphOf(
        served('kafka', 9092, { image: 'apache/kafka:4', port: 9092 }),
        workload('orders', { env: { KAFKA_BROKERS: 'kafka:9092', ...producer } }),
        workload('mailer', { env: { KAFKA_BROKERS: 'kafka:9092', ...consumer } }),
      ),
    ).filter((pair) => !pair.endsWith('kafka'));

  test.each<[Record<string, string>, Record<string, string>]>([
    [{ PRODUCER_TOPIC: 'placed' }, { CONSUMER_TOPIC: 'placed' }],
    [{ OUTPUT_QUEUE_NAME: 'placed' }, { INPUT_QUEUE_NAME: 'placed,paid' }],
    [
      { 'spring.cloud.stream.bindings.o-out-0.destination': 'placed' },
      { 'spring.cloud.stream.bindings.o-in-0.destination': 'placed' },
    ],
  ])('%j and %j', (producer, consumer) => {
    expect(shop(producer, consumer)).toEqual(['mailer -> orders']);
  });

  test.each<[Record<string, string>, Record<string, string>]>([
    [{ TOPIC: 'placed' }, { TOPIC: 'placed' }],
    [{ PRODUCER_TOPIC: 'placed' }, { CONSUMER_TOPIC: 'paid' }],
    [{ PRODUCER_TOPIC: 'placed' }, { PRODUCER_TOPIC: 'placed' }],
    [{ PRODUCER_GROUP: 'placed' }, { CONSUMER_GROUP: 'placed' }],
  ])('%j and %j say nothing', (producer, consumer) => {
    expect(shop(producer, consumer)).toEqual([]);
  });
});

describe('telemetry is a layer of its own', () => {
  const collector = served('collector', 4317, { image: 'otel/opentelemetry-collector:0.1' });
  test.each<Record<string, string>>([
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' },
    { ZIPKIN_URL: 'http://cart:8080' },
    { X_ADDR: 'collector:4317' },
  ])('%j', (env) => {
    const graph = graphOf(world, collector, workload('web', { env }));
    expect(pairs(graph)).toEqual([]);
    expect(pairs(graph, ['operations'])).toHaveLength(1);
  });

  test('what a dashboard or an exporter reads is telemetry too', () => {
    const graph = graphOf(
      world,
      workload('graphs', { image: 'grafana/grafana:11', env: { DB_URL: 'postgres://db:5432/x' } }),
    );
    expect(pairs(graph)).toEqual([]);
    expect(pairs(graph, ['operations'])).toEqual(['graphs -> db']);
  });
});

function withImage(deployment: Resource, image: string): Resource {
  const text = JSON.stringify(deployment.body).replace(/"image":"[^"]*"/, `"image":"${image}"`);
  return resource(JSON.parse(text));
}
