import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openCallSources } from '../../src/app-call-sources.ts';
import type { CallReading } from '../../src/collectors/call-source.ts';
import { observedSchema } from '../../src/config/config-schema.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const { signal } = new AbortController();
type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** The URL of a server that answers so. */
async function serve(answer: Answering): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const place = server.address();
  return `http://127.0.0.1:${place !== null && typeof place === 'object' ? place.port : 0}`;
}

async function read(url: string, options: Readonly<Record<string, unknown>> = {}): Promise<CallReading> {
  const [opened] = openCallSources([observedSchema.parse({ url, timeout: '1s', ...options })], {});
  if (opened === undefined) throw new Error('nothing was opened');
  await using source = opened;
  return await source.source.read(signal);
}

const vector = (result: readonly unknown[]): string =>
  JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
const names = vector([{ metric: { __name__: 'traces_service_graph_request_total' }, value: [1, '1'] }]);
const calls = vector([{ metric: { client: 'web', server: 'cart' }, value: [1, '2'] }]);
const isPresence = (body: string): boolean => body.includes('count');

describe('a Prometheus that does not answer as it should', () => {
  test.each<[what: string, answer: Answering, problem: string, why: RegExp]>([
    ['refuses', (_q, r) => r.writeHead(401).end('token sEcReT'), 'unauthorized', /refused the credentials \(401\)/],
    ['fails', (_q, r) => r.writeHead(502).end('<html>'), 'refused', /failed \(502\)/],
    [
      'sends elsewhere',
      (_q, r) => r.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      'bad-answer',
      /not followed/,
    ],
    ['is a web page', (_q, r) => r.end('<html>hello</html>'), 'bad-answer', /JSON/],
    ['breaks off', (_q, r) => r.end('{"status":"succ'), 'bad-answer', /JSON/],
    ['is another API', (_q, r) => r.end('{"status":"success"}'), 'bad-answer', /no query API/],
    ['hangs', () => {}, 'timeout', /did not answer in time/],
    ['resets', (q) => q.socket.destroy(), 'unreachable', /cannot be reached/],
  ])('%s', async (_what, answer, problem, why) => {
    const reading = await read(await serve(answer));
    expect(reading).toMatchObject({ kind: 'failed', problem });
    expect(reading.kind === 'failed' && reading.why).toMatch(why);
    expect(JSON.stringify(reading)).not.toContain('sEcReT');
  });

  test('says how long it wants to be left alone', async () => {
    const url = await serve((_request, response) => response.writeHead(429, { 'retry-after': '7' }).end());
    expect(await read(url)).toMatchObject({ kind: 'failed', problem: 'refused', retryAfterMs: 7000 });
  });

  test('asks to be left alone until a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const url = await serve((_request, response) => response.writeHead(503, { 'retry-after': date }).end());
    const reading = await read(url);
    expect(reading.kind === 'failed' ? reading.retryAfterMs : null).toBeGreaterThan(50_000);
  });

  test('has no failures, no names of addresses, or a part only, and that is told beside what it has', async () => {
    const present = vector([
      { metric: { __name__: 'traces_service_graph_request_total' }, value: [1, '1'] },
      { metric: { __name__: 'ip_to_fqdn' }, value: [1, '1'] },
    ]);
    const url = await serve((_request, response, body) => {
      if (body.includes('failed') && !body.includes('__name__')) response.writeHead(422).end('{"error":"no"}');
      else if (body.includes('fqdn') && !body.includes('__name__')) response.writeHead(503).end();
      else if (isPresence(body)) response.end(present);
      else response.end(calls.replace('"data"', '"warnings":["one store is away"],"data"'));
    });
    expect(await read(url)).toMatchObject({
      kind: 'read',
      calls: [{ errorShare: null }],
      skipped: {
        'failures that could not be read': 1,
        'names of addresses that could not be read': 1,
        'answers that the server calls partial': 1,
      },
    });
  });

  test('answers without end', async () => {
    const url = await serve((_request, response) => {
      const more = (): void => void response.write('x'.repeat(1 << 20), more);
      more();
    });
    expect(await read(url, { timeout: '20s' })).toMatchObject({ kind: 'failed', problem: 'too-large' });
  });

  test('refuses a query with terminal escapes in its reason', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(422).end(JSON.stringify({ error: 'too\u001b[31m many' })),
    );
    const reading = await read(url);
    expect(reading.kind === 'failed' && reading.why).toMatch(/refused the query \(422\): too \[31m many/);
  });
});

describe('a Prometheus behind others', () => {
  test('is asked with GET where POST is not let through, with matchers, tenant and token', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      if (request.method === 'POST') return void response.writeHead(405).end();
      const query = new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? '';
      seen.push(query);
      const { authorization, 'x-scope-orgid': tenant } = request.headers;
      if (authorization !== 'Bearer abc' || tenant !== 'one') return void response.writeHead(401).end();
      response.end(isPresence(query) ? names : calls);
    });
    const tokenFile = join(temporaryFolder(), 'token');
    writeFileSync(tokenFile, 'abc\n');
    const reading = await read(`${url}/prefix/`, { tokenFile, tenant: 'one', matchers: ['cluster="east"'] });
    expect(reading).toMatchObject({ kind: 'read', calls: [{ rate: 2 }], producers: { 'service-graph': 1 } });
    expect(seen.every((query) => query.includes('cluster="east"'))).toBe(true);
  });

  test('that can tell calls but not their failures tells the calls', async () => {
    const url = await serve((_request, response, body) => {
      if (isPresence(body)) response.end(names);
      else if (body.includes('failed')) response.writeHead(500).end();
      else response.end(calls);
    });
    expect(await read(url)).toMatchObject({ kind: 'read', calls: [{ errorShare: null }] });
  });

  test('without any producer that is known tells nothing, with one question', async () => {
    let questions = 0;
    const url = await serve((_request, response) => {
      questions += 1;
      response.end(vector([]));
    });
    expect(await read(url)).toEqual({ kind: 'read', calls: [], skipped: {}, producers: {} });
    expect(questions).toBe(1);
  });

  test('labels cannot be anything but labels', async () => {
    const hostile = '{"client":"web","server":"cart","__proto__":{"client":"x"},"constructor":"y"}';
    const url = await serve((_request, response, body) =>
      response.end(isPresence(body) ? names : calls.replace('{"client":"web","server":"cart"}', hostile)),
    );
    expect(await read(url)).toMatchObject({ calls: [{ from: { name: 'web' }, to: { name: 'cart' } }] });
    expect(Reflect.get({}, 'client')).toBeUndefined();
  });
});

test('a configuration holds no credentials and no matcher that is none', () => {
  const problems = (value: object): readonly string[] =>
    observedSchema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
  expect(problems({ url: 'http://a:b@prom' }).join()).toMatch(/holds credentials/);
  expect(problems({ url: 'http://prom', matchers: ['cluster="a"} or vector(1) or x{a="b'] }).join()).toMatch(
    /no matcher/,
  );
});
