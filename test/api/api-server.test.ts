import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ApiQueries } from '../../src/api/api-queries.ts';
import { isAllowedHost } from '../../src/api/allowed-host.ts';
import { startApi } from '../../src/api/api-server.ts';
import type { ApiOptions } from '../../src/api/api-server.ts';
import { cachedRender } from '../../src/api/cached-render.ts';
import { readAuditEvents } from '../../src/drift/attribute/audit-join.ts';
import { AppError } from '../../src/errors/app-error.ts';
import { scoreOf } from '../../src/predictions/score-predictions.ts';
import { silentLogger } from '../../src/log/logger.ts';
import type { DaemonStatus } from '../../src/loop/daemon.ts';
import { formatJson } from '../../src/resource/json.ts';
import { auditOf, difference, now, reportOf } from '../fakes/reports.ts';

const status: DaemonStatus = {
  phase: 'running',
  startedAt: now,
  trouble: null,
  lastRoundAt: now,
  lastWholeRoundAt: now,
  nextWholeRoundAt: null,
  stalled: false,
  waiting: 0,
  kinds: [
    {
      kind: { apiVersion: 'v1', kind: 'Secret' },
      phase: 'forbidden',
      since: now,
      reason: 'no right to list',
      objects: 0,
      lastEventAt: null,
      lastListAt: null,
      relists: 0,
    },
  ],
  sources: [],
};
const report = auditOf([
  reportOf('web', [difference('spec.replicas', 'medium', { live: 9007199254740993n })]),
  reportOf('db', [], { namespace: 'data' }),
]);
const queries: ApiQueries = {
  status: () => status,
  report: () => report,
  episodes: () => Promise.resolve([]),
  episode: () => Promise.resolve(null),
  deliveries: () => Promise.resolve([]),
  graph: () => null,
  domains: () => null,
  episodeRadius: () => Promise.resolve(null),
  predictions: () => Promise.resolve({ score: scoreOf([]), items: [] }),
  upstream: () => Promise.resolve(null),
  blastRadius: (of) => {
    throw new AppError({
      code: 'resource-not-found',
      what: `cannot find ${of}`,
      why: 'no node',
      remedy: 'Use another',
    });
  },
};

async function start(some: Partial<ApiQueries> = {}, rest: Partial<ApiOptions> = {}): Promise<string> {
  const api = await startApi({
    queries: { ...queries, ...some },
    metrics: { render: () => Promise.resolve('a_metric 1\n'), contentType: 'text/plain; version=0.0.4' },
    formatJson,
    logger: silentLogger,
    version: '1.2.3',
    host: '127.0.0.1',
    port: 0,
    ...rest,
  });
  onTestFinished(() => api.close());
  return api.address;
}

async function ask(address: string, path: string, init: RequestInit = {}) {
  const response = await fetch(address + path, init);
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), headers: response.headers, text };
}

describe('the API', () => {
  test('gives the audit report with every digit', async () => {
    const { status: code, type, text } = await ask(await start(), '/api/v1/audit');
    expect([code, type]).toEqual([200, 'application/json; charset=utf-8']);
    expect(text).toBe(formatJson(report));
    expect(text).toContain('"live":9007199254740993');
  });

  test('a filter selects resources and leaves the counts alone', async () => {
    const { text } = await ask(await start(), '/api/v1/audit?verdict=drifted&namespace=shop&kind=Deployment');
    const { resources, summary } = JSON.parse(text);
    expect([resources.length, summary.resources]).toEqual([1, 2]);
  });

  test.for<[string, number, string]>([
    ['/api/v1/audit?verdict=wrong', 400, 'usage'],
    ['/api/v1/audit?colour=red', 400, 'usage'],
    ['/api/v1/episodes?limit=0', 400, 'usage'],
    ['/api/v1/episodes?limit=1e9', 400, 'usage'],
    ['/api/v1/episodes/unknown', 404, 'episode-not-found'],
    ['/api/v1/blast-radius', 400, 'usage'],
    ['/api/v1/blast-radius?of=web&episode=1', 400, 'usage'],
    ['/api/v1/blast-radius?episode=1', 503, 'not-ready'],
    ['/api/v1/blast-radius?of=deployment/web', 404, 'resource-not-found'],
    ['/api/v1/graph', 503, 'not-ready'],
    ['/api/v1/nothing', 404, 'usage'],
    ['/%00', 404, 'usage'],
    ['/%zz', 400, 'usage'],
    [`/api/v1/episodes/${'x'.repeat(500)}`, 414, 'usage'],
  ])('%s is a problem document with status %i', async ([path, code, name]) => {
    const { status: answered, type, text } = await ask(await start(), path);
    expect([answered, type]).toEqual([code, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(text)).toMatchObject({
      apiVersion: 'mooring.dev/v1',
      kind: 'Error',
      type: `urn:mooring:error:${name}`,
      status: code,
      code: name,
      what: expect.any(String),
      why: expect.any(String),
      remedy: expect.any(String),
    });
  });

  test('a defect answers 500 without its stack', async () => {
    const address = await start({
      report: () => {
        throw new Error('defect');
      },
    });
    const { status: code, text } = await ask(address, '/api/v1/audit');
    expect([code, JSON.parse(text).code]).toEqual([500, 'internal']);
    expect(text).not.toContain('.ts:');
  });

  test.for(['POST', 'PUT', 'DELETE', 'PATCH'])('%s changes nothing', async (method) => {
    expect((await ask(await start(), '/api/v1/audit', { method })).status).toBe(404);
  });

  test('describes itself, each route with its parameters', async () => {
    const { text } = await ask(await start(), '/openapi.json');
    const { openapi, paths, info } = JSON.parse(text);
    expect([openapi, info.version]).toEqual(['3.1.0', '1.2.3']);
    expect(Object.keys(paths).sort()).toEqual([
      '/api/v1/audit',
      '/api/v1/blast-radius',
      '/api/v1/deliveries',
      '/api/v1/episodes',
      '/api/v1/episodes/{id}',
      '/api/v1/graph',
      '/api/v1/graph/domains',
      '/api/v1/predictions',
      '/api/v1/status',
      '/api/v1/upstream',
      '/livez',
      '/metrics',
      '/readyz',
    ]);
    expect(paths['/api/v1/blast-radius'].get.parameters).toMatchObject([
      { name: 'of', in: 'query', required: false },
      { name: 'episode', in: 'query', required: false },
    ]);
    expect(paths['/api/v1/episodes/{id}'].get.parameters).toMatchObject([{ name: 'id', in: 'path', required: true }]);
  });

  test('tells browsers to guess, frame and keep nothing', async () => {
    const { headers } = await ask(await start(), '/api/v1/status');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('health', () => {
  test('is ready after the first whole round, and names each kind that cannot be read', async () => {
    const { status: code, text } = await ask(await start(), '/readyz');
    expect([code, JSON.parse(text)]).toMatchObject([200, { ready: true, kinds: [{ phase: 'forbidden' }] }]);
  });

  test.for<[string, Partial<DaemonStatus>]>([
    ['before the first round', { lastWholeRoundAt: null }],
    ['while it starts', { phase: 'starting' }],
    ['while it stops', { phase: 'stopping' }],
  ])('is not ready %s', async ([, part]) => {
    const address = await start({ status: () => ({ ...status, ...part }) });
    expect((await ask(address, '/readyz')).status).toBe(503);
    expect((await ask(address, '/livez')).status).toBe(200);
  });

  test('is not alive while a round hangs', async () => {
    const address = await start({ status: () => ({ ...status, stalled: true }) });
    expect(await ask(address, '/livez')).toMatchObject({ status: 503, text: 'a round hangs\n' });
  });

  test('two hundred scrapes at once are one rendering', async () => {
    let renderings = 0;
    const address = await start(
      {},
      {
        monotonic: () => 0,
        metrics: {
          render: () => Promise.resolve(`renderings ${++renderings}\n`),
          contentType: 'text/plain; version=0.0.4; charset=utf-8',
        },
      },
    );
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(address, '/metrics')));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['renderings 1\n']));
    expect(answers[0]?.type).toBe('text/plain; version=0.0.4; charset=utf-8');
  });
});

test('a rendering is kept for its time, and a failed one is not', async () => {
  let moment = 0;
  let count = 0;
  const render = cachedRender(
    () => (++count === 2 ? Promise.reject(new Error('once')) : Promise.resolve(String(count))),
    100,
    () => moment,
  );
  expect([await render(), await render()]).toEqual(['1', '1']);
  moment = 100;
  await expect(render()).rejects.toThrow('once');
  expect(await render()).toBe('3');
});

test.for<[string | undefined, boolean]>([
  ['127.0.0.1:9480', true],
  ['[::1]:9480', true],
  ['10.1.2.3', true],
  ['localhost:9480', true],
  ['LOCALHOST', true],
  ['mooring.example:9480', true],
  ['evil.example', false],
  ['127.0.0.1.evil.example:9480', false],
  ['localhost.evil.example', false],
  ['127.0.0.1:9480:x', false],
  ['', false],
  [undefined, false],
])('A37: the Host %j may be answered: %s', ([header, expected]) => {
  expect(isAllowedHost(header, ['mooring.example'])).toBe(expected);
});

test('a page under another name that resolves to us is refused', async () => {
  const address = await start();
  const port = Number(new URL(address).port);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET /api/v1/audit HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('end', () => resolve(text));
  });
  expect(answer).toContain('421 Misdirected Request');
  expect(answer).not.toContain('AuditReport');
});

test('a port that is taken is one clear error', async () => {
  const port = Number(new URL(await start()).port);
  await expect(start({}, { port })).rejects.toMatchObject({
    code: 'port-taken',
    what: `cannot listen on 127.0.0.1:${port}`,
    why: 'another program listens there',
  });
});

test('two servers of one process answer each for themselves', async () => {
  const [one, other] = await Promise.all([start(), start({ report: () => null })]);
  expect([(await ask(one, '/api/v1/audit')).status, (await ask(other, '/api/v1/audit')).status]).toEqual([200, 503]);
});

describe('the webhook of the audit log', () => {
  const post = (body: string): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });

  test('alerts that a replica may not store are to be sent again', async () => {
    const refusal = new AppError({ code: 'not-leader', what: 'the alerts were not stored', why: 'w', remedy: 'r' });
    const address = await start({}, { takeAlerts: { tokens: [], take: () => Promise.reject(refusal) } });
    const { status: code, headers, text } = await ask(address, '/hooks/alertmanager', post('{}'));
    expect([code, headers.get('retry-after'), JSON.parse(text).code]).toEqual([503, '5', 'not-leader']);
  });

  test('is not there unless it is configured', async () => {
    expect((await ask(await start(), '/hooks/audit', post('{}'))).status).toBe(404);
  });

  test('takes a list and answers what is none with a problem', async () => {
    const taken: unknown[] = [];
    const takeAudit = (list: unknown): boolean => {
      taken.push(list);
      return JSON.stringify(list) === '{"items":[]}';
    };
    const address = await start({}, { takeAudit });
    expect((await ask(address, '/hooks/audit', post('{"items":[]}'))).status).toBe(204);
    for (const body of ['{}', 'null', '{"items":', '{"__proto__":{}}', '']) {
      const { status: code, type } = await ask(address, '/hooks/audit', post(body));
      expect([body, code, type]).toEqual([body, 400, 'application/problem+json; charset=utf-8']);
    }
    expect(taken).toHaveLength(3);
  });

  test('A39: answers nesting without measure, huge numbers and twin keys without falling over', async () => {
    const address = await start({}, { takeAudit: (list) => readAuditEvents(list) !== undefined });
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const keys = Array.from({ length: 200_000 }, (_, at) => `"k${at}":1`).join(',');
    for (const body of [deep, `{${keys}}`, '{"kind":1e999}', '{"kind":"EventList","kind":7,"items":{}}']) {
      expect((await ask(address, '/hooks/audit', post(body))).status).toBe(400);
    }
    expect((await ask(address, '/livez')).status).toBe(200);
  });

  test('A39: takes ten mebibytes and no more', async () => {
    const address = await start({}, { takeAudit: () => true });
    const ofLength = (length: number): RequestInit => post(`"${'a'.repeat(length - 2)}"`);
    expect((await ask(address, '/hooks/audit', ofLength(10 * 1024 * 1024))).status).toBe(204);
    expect((await ask(address, '/hooks/audit', ofLength(10 * 1024 * 1024 + 1))).status).toBe(400);
  });
});
