import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is done to one exchange. Without a fault it passes unchanged. */
export type Fault =
  /** Answered here; the server behind never hears of it. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  /** The connection is torn before anything is sent. */
  | { readonly kind: 'reset' }
  /** Nothing is answered, and the connection stays. */
  | { readonly kind: 'silence' }
  /** So many bytes of the body pass, then the connection is torn. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** So many bytes of the body pass, then nothing for a while, then the rest. */
  | { readonly kind: 'pause'; readonly afterBytes: number; readonly ms: number }
  /** The body trickles in pieces of `bytes` with `ms` between them. */
  | { readonly kind: 'slow'; readonly bytes: number; readonly ms: number }
  /** Each line of the body (a watch event) becomes other lines: none, two, another one. */
  | { readonly kind: 'lines'; readonly change: (line: string) => readonly string[] };

export interface Upstream {
  readonly url: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A proxy between a client that speaks plain HTTP and a server, which breaks what it is told to break. */
export interface FaultProxy {
  readonly url: string;
  /** Asked for each request, which waits for the answer; may be replaced at any time. */
  fault: (request: { readonly method: string; readonly url: URL }) => Fault | undefined | Promise<undefined>;
  readonly seen: URL[];
  /** From now on nothing passes in either direction, and no connection is closed: what a dead path looks like. */
  freeze(): void;
  /** Lets new connections pass again; those that were frozen stay dead. */
  thaw(): void;
  /** Tears every connection. */
  tear(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(upstream: Upstream): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const frozen = new Set<Socket>();
  const seen: URL[] = [];
  let isFrozen = false;

  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', upstream.url);
    seen.push(url);
    Promise.resolve(proxy.fault({ method: incoming.method ?? 'GET', url }))
      .then((fault) =>
        exchange({ upstream, url, isDead: () => frozen.has(incoming.socket) }, fault, incoming, outgoing),
      )
      .catch(() => outgoing.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    if (isFrozen) freezeSocket(socket);
  });
  const freezeSocket = (socket: Socket): void => {
    frozen.add(socket);
    // Unread bytes stay in the kernel: the peer's are taken and acknowledged, and nobody looks at them.
    socket.pause();
    socket.removeAllListeners('data');
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    fault: () => undefined,
    seen,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) freezeSocket(socket);
    },
    thaw() {
      isFrozen = false;
    },
    tear() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function portOf(address: AddressInfo | string | null): number {
  return address !== null && typeof address === 'object' ? address.port : 0;
}

interface Exchange {
  readonly upstream: Upstream;
  readonly url: URL;
  /** Whether the client's connection was frozen; what arrives for it is thrown away. */
  readonly isDead: () => boolean;
}

async function exchange(
  { upstream, url, isDead }: Exchange,
  fault: Fault | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (isDead() || fault?.kind === 'silence') return;
  if (fault?.kind === 'reset') {
    incoming.socket.resetAndDestroy();
    return;
  }
  if (fault?.kind === 'answer') {
    outgoing.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
    outgoing.end(fault.body ?? '');
    return;
  }
  const answer = await forward(upstream, url, incoming, outgoing);
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = answer.headers;
  outgoing.writeHead(answer.statusCode ?? 502, headers);
  outgoing.flushHeaders();
  for await (const piece of distort(answer, fault, incoming.socket)) {
    if (isDead()) return;
    if (!outgoing.write(piece)) await drained(outgoing);
  }
  if (!isDead()) outgoing.end();
}

function forward(
  upstream: Upstream,
  url: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { host: _host, connection: _connection, ...headers } = incoming.headers;
  const options = { method: incoming.method ?? 'GET', headers, agent: false as const };
  const { ca, cert, key } = upstream;
  const tls = { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert, key }) };
  const call =
    url.protocol === 'https:' ? httpsRequest(url, { ...options, ...tls }, resolve) : httpRequest(url, options, resolve);
  call.on('error', reject);
  outgoing.once('close', () => call.destroy());
  incoming.pipe(call);
  return promise;
}

async function* distort(body: AsyncIterable<Buffer>, fault: Fault | undefined, socket: Socket): AsyncGenerator<Buffer> {
  switch (fault?.kind) {
    case 'cut':
      yield* cut(body, fault.afterBytes, socket);
      return;
    case 'pause':
      yield* pause(body, fault.afterBytes, fault.ms);
      return;
    case 'slow':
      for await (const chunk of body) {
        for (let at = 0; at < chunk.length; at += fault.bytes) {
          yield chunk.subarray(at, at + fault.bytes);
          await sleep(fault.ms);
        }
      }
      return;
    case 'lines':
      yield* changeLines(body, fault.change);
      return;
    default:
      yield* body;
  }
}

async function* cut(body: AsyncIterable<Buffer>, afterBytes: number, socket: Socket): AsyncGenerator<Buffer> {
  let left = afterBytes;
  for await (const chunk of body) {
    if (chunk.length >= left) {
      yield chunk.subarray(0, left);
      await sleep(20);
      socket.destroy();
      return;
    }
    left -= chunk.length;
    yield chunk;
  }
}

async function* pause(body: AsyncIterable<Buffer>, afterBytes: number, ms: number): AsyncGenerator<Buffer> {
  let left = afterBytes;
  for await (const chunk of body) {
    if (left > 0 && chunk.length >= left) {
      yield chunk.subarray(0, left);
      await sleep(ms);
      yield chunk.subarray(left);
    } else yield chunk;
    left -= chunk.length;
  }
}

async function* changeLines(
  body: AsyncIterable<Buffer>,
  change: (line: string) => readonly string[],
): AsyncGenerator<Buffer> {
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) for (const changed of change(line)) yield Buffer.from(`${changed}\n`);
  }
  if (rest !== '') yield Buffer.from(rest);
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}
