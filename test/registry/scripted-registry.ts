import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Blob } from './images-of.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A registry that says exactly what a test wants, at `127.0.0.1`. */
export interface ScriptedRegistry {
  readonly host: string;
  /** Answers by `METHOD path`, or by path for every method. */
  readonly routes: Map<string, Answer>;
  readonly seen: { readonly line: string; readonly authorization: string | undefined }[];
  /** Most requests that were under way at the same moment. */
  readonly mostAtOnce: () => number;
}

export async function startScriptedRegistry(): Promise<ScriptedRegistry> {
  const routes = new Map<string, Answer>();
  const seen: ScriptedRegistry['seen'] = [];
  let [running, most] = [0, 0];
  const server = createServer((request, response) => {
    running += 1;
    most = Math.max(most, running);
    response.once('close', () => (running -= 1));
    const line = `${request.method} ${request.url}`;
    seen.push({ line, authorization: request.headers.authorization });
    const answer = routes.get(line) ?? routes.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { host: `127.0.0.1:${port}`, routes, seen, mostAtOnce: () => most };
}

/** Serves bytes, with the digest that they have. */
export function serve({ bytes, digest }: Blob, type = 'application/octet-stream'): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': type, 'docker-content-digest': digest, 'content-length': bytes.length });
    response.end(bytes);
  };
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => void response.writeHead(code, headers).end();
}
