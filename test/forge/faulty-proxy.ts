import { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Faults } from './forge-world.ts';

/** Plain HTTP on a loopback port that passes everything on to one origin, and fails when told. */
export interface FaultyProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly faults: Faults;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export async function startFaultyProxy(target: string, agent: Dispatcher): Promise<FaultyProxy> {
  let refusal: { status: number; times: number; headers: Readonly<Record<string, string>> } | null = null;
  let lost: number | null = null;
  let stale = 0;
  let writes = 0;
  const remembered = new Map<string, Answer>();
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const body = await readAll(request);
    const isWrite = request.method !== 'GET';
    if (refusal !== null && refusal.times > 0) {
      refusal.times -= 1;
      return { status: refusal.status, headers: refusal.headers, body: Buffer.from('<html>refused</html>') };
    }
    const old = isWrite ? undefined : remembered.get(request.url ?? '');
    if (stale > 0 && old !== undefined) {
      stale -= 1;
      return old;
    }
    const answer = await passOn(target, agent, request, body);
    if (!isWrite) remembered.set(request.url ?? '', answer);
    else writes += 1;
    if (!isWrite || lost === null) return answer;
    const status = lost;
    lost = null;
    return { status, headers: {}, body: Buffer.from('') };
  };
  const server = createServer((request, response) => {
    answerTo(request).then(
      (answer) => respond(response, answer),
      () => response.destroy(),
    );
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => resolve());
  await promise;
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    faults: {
      refuse: (status, times, headers = {}) => (refusal = { status, times, headers }),
      loseAnswer: (status) => (lost = status),
      staleReads: (times) => (stale = times),
      writes: () => writes,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

async function passOn(target: string, agent: Dispatcher, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const kept = ['authorization', 'content-type', 'accept', 'user-agent', 'private-token', 'x-github-api-version'];
  const headers = Object.fromEntries(
    kept.flatMap((name) => (typeof request.headers[name] === 'string' ? [[name, request.headers[name]]] : [])),
  );
  const method = request.method ?? 'GET';
  const answer = await agent.request({ origin: target, path: request.url ?? '/', method, headers, body });
  const passed = ['content-type', 'x-total-count', 'link', 'location', 'retry-after'];
  const back = Object.fromEntries(
    passed.flatMap((name) => {
      const value = answer.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
  return { status: answer.statusCode, headers: back, body: Buffer.from(await answer.body.arrayBuffer()) };
}

function respond(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': String(body.length) });
  response.end(body);
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
