import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How one request is answered. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface SeenRequest {
  readonly kind: 'discovery' | 'list' | 'watch' | 'past' | 'other';
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
}

/**
 * A small API server that says exactly what a test wants, one answer after the other. It serves ConfigMaps, Secrets and
 * Widgets of example.dev/v1; an empty queue of lists answers an empty list, an empty queue of watches stays silent.
 */
export interface ScriptedServer {
  readonly url: string;
  /** Path of a kubeconfig with the context `scripted`. */
  readonly kubeconfig: string;
  readonly seen: SeenRequest[];
  readonly lists: Answer[];
  readonly watches: Answer[];
  /** Answers to whether the server has a version; an empty queue says that it does. */
  readonly pasts: Answer[];
  /** Answers for paths of their own; they win over everything else. */
  readonly routes: Map<string, Answer>;
  /** Watches that are open at the moment, newest last. */
  readonly open: ServerResponse[];
  count(kind: SeenRequest['kind']): number;
  close(): Promise<void>;
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const lists: Answer[] = [];
  const watches: Answer[] = [];
  const pasts: Answer[] = [];
  const open: ServerResponse[] = [];
  const routes = new Map<string, Answer>([['/openapi/v3', json(200, { paths: {} })]]);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://scripted');
    const kind = kindOf(url);
    seen.push({ kind, url, headers: request.headers });
    const route = routes.get(url.pathname);
    if (route !== undefined) return route(request, response);
    if (kind === 'discovery')
      return json(200, url.pathname === '/api' ? coreDiscovery : groupDiscovery)(request, response);
    if (kind === 'past') return (pasts.shift() ?? list([], versionOf(url)))(request, response);
    if (kind === 'list') return (lists.shift() ?? list([], '1'))(request, response);
    if (kind === 'other') return json(404, status(404, 'NotFound'))(request, response);
    open.push(response);
    response.once('close', () => open.splice(open.indexOf(response), 1));
    return (watches.shift() ?? hold)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  const dir = mkdtempSync(join(tmpdir(), 'mooring-scripted-'));
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, formatKubeconfig(url));
  return {
    url,
    kubeconfig,
    seen,
    lists,
    watches,
    pasts,
    routes,
    open,
    count: (kind) => seen.filter((each) => each.kind === kind).length,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function kindOf(url: URL): SeenRequest['kind'] {
  if (url.pathname === '/api' || url.pathname === '/apis') return 'discovery';
  if (!/\/(configmaps|secrets|widgets)$/.test(url.pathname)) return 'other';
  if (url.searchParams.has('resourceVersionMatch')) return 'past';
  return url.searchParams.has('watch') ? 'watch' : 'list';
}

function versionOf(url: URL): string {
  return url.searchParams.get('resourceVersion') ?? '';
}

export function formatKubeconfig(server: string, user: object = {}): string {
  return JSON.stringify({
    'current-context': 'scripted',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'scripted', context: { cluster: 'c', user: 'u' } }],
  });
}

export function json(code: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export function status(code: number, reason: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `${reason} by script` };
}

export function list(items: readonly object[], resourceVersion: string, more: object = {}): Answer {
  return json(200, { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion, ...more }, items });
}

/** Accepts the watch and says nothing. */
export const hold: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
};

/** Accepts the watch, sends these parts as they are, and leaves it open. */
export function send(...parts: readonly (string | Buffer)[]): Answer {
  return (request, response) => {
    hold(request, response);
    for (const part of parts) response.write(part);
  };
}

/** As `send`, and then ends in good order. */
export function sendAndEnd(...parts: readonly (string | Buffer)[]): Answer {
  return (request, response) => {
    send(...parts)(request, response);
    response.end();
  };
}

/** As `send`, and then tears the connection. */
export function sendAndReset(...parts: readonly (string | Buffer)[]): Answer {
  return (request, response) => {
    send(...parts)(request, response);
    setTimeout(() => response.destroy(), 20);
  };
}

export function event(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

export function bookmark(resourceVersion: string): string {
  return event('BOOKMARK', { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion } });
}

export function configMap(name: string, resourceVersion: string, more: { uid?: string; data?: object } = {}): object {
  const { uid = `uid-${name}`, data = { key: 'value' } } = more;
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'shop', uid, resourceVersion }, data };
}

const verbs = ['get', 'list', 'watch'];
const resource = (plural: string, kind: string): object => ({
  resource: plural,
  responseKind: { group: '', version: '', kind },
  scope: 'Namespaced',
  verbs,
});
export const coreDiscovery = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: {},
      versions: [{ version: 'v1', resources: [resource('configmaps', 'ConfigMap'), resource('secrets', 'Secret')] }],
    },
  ],
};
export const groupDiscovery = {
  kind: 'APIGroupDiscoveryList',
  items: [
    { metadata: { name: 'example.dev' }, versions: [{ version: 'v1', resources: [resource('widgets', 'Widget')] }] },
    { metadata: { name: 'broken.dev' }, versions: [{ version: 'v1', freshness: 'Stale', resources: [] }] },
  ],
};

/** Waits until a condition holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
