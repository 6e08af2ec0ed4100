import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors/app-error.ts';
import { createKubernetesSource, type KubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import { valueAt } from '../../src/resource/json.ts';
import type { LiveSnapshot } from '../../src/resource/snapshot.ts';
import { configMap, json, list, type ScriptedServer, startScriptedServer, status } from './scripted-server.ts';

const never = new AbortController().signal;
let server: ScriptedServer;
let source: KubernetesSource;

beforeEach(async () => {
  server = await startScriptedServer();
  source = await createKubernetesSource({
    kubeconfig: server.kubeconfig,
    environment: {},
    random: () => 0,
    pageSize: 2,
  });
});

afterEach(async () => {
  await source.close();
  await server.close();
});

function read(kind: string, apiVersion = 'v1'): Promise<LiveSnapshot> {
  return source.read({ declared: [{ apiVersion, kind }], evidence: [] }, never);
}

const names = (snapshot: LiveSnapshot): string[] => snapshot.resources.map(({ id }) => id.name);

describe('a list', () => {
  test('is read in pages and keeps apiVersion and kind that list items lack', async () => {
    const { kind: _kind, apiVersion: _version, ...bare } = { kind: '', apiVersion: '', ...configMap('b', '2') };
    server.lists.push(list([configMap('a', '1')], '9', { continue: 'next page' }), list([bare], '9'));
    const snapshot = await read('ConfigMap');
    expect(names(snapshot)).toEqual(['a', 'b']);
    expect(snapshot.resources[1]?.body).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    const pages = server.seen.filter(({ kind }) => kind === 'list').map(({ url }) => url.search);
    expect(pages).toEqual(['?limit=2', '?limit=2&continue=next+page']);
  });

  test('starts over when its continue token has expired, and never gives a part', async () => {
    const first = list([configMap('a', '1')], '9', { continue: 'token' });
    server.lists.push(first, json(410, status(410, 'Expired')), first, list([configMap('b', '2')], '9'));
    expect(names(await read('ConfigMap'))).toEqual(['a', 'b']);
  });

  test('is read in one piece after three tokens have expired', async () => {
    const first = list([configMap('a', '1')], '9', { continue: 'token' });
    const expired = json(410, status(410, 'Expired'));
    server.lists.push(first, expired, first, expired, first, expired, list([configMap('all', '3')], '9'));
    expect(names(await read('ConfigMap'))).toEqual(['all']);
    expect(server.seen.at(-1)?.url.search).toBe('');
  });

  test('is tried again after 429 and after an answer that is no list', async () => {
    server.lists.push(
      json(429, status(429, 'TooManyRequests'), { 'retry-after': '0.01' }),
      json(200, ''),
      json(200, '<html>hello</html>'),
      json(200, { kind: 'Table', rows: [] }),
      list([configMap('a', '1')], '9'),
    );
    const snapshot = await read('ConfigMap');
    expect(names(snapshot)).toEqual(['a']);
    expect(snapshot.gaps).toEqual([]);
  });

  test('keeps integers beyond 2^53 and keys named __proto__', async () => {
    const body = `{"kind":"ConfigMapList","metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"a","namespace":"n"},"data":{"big":9007199254740993,"__proto__":"x"}}]}`;
    server.lists.push(json(200, body));
    const data = valueAt((await read('ConfigMap')).resources[0]?.body, 'data');
    expect(valueAt(data, 'big')).toBe(9007199254740993n);
    expect(valueAt(data, '__proto__')).toBe('x');
  });
});

describe('gaps', () => {
  test('a forbidden kind is a gap with its scope, and other kinds are read', async () => {
    server.routes.set('/apis/example.dev/v1/widgets', json(403, status(403, 'Forbidden')));
    server.lists.push(list([configMap('a', '1')], '9'));
    const kinds = [
      { apiVersion: 'v1', kind: 'ConfigMap' },
      { apiVersion: 'example.dev/v1', kind: 'Widget' },
    ];
    const snapshot = await source.read({ declared: kinds, evidence: [] }, never);
    expect(names(snapshot)).toEqual(['a']);
    expect(snapshot.gaps).toMatchObject([
      { what: 'widgets.example.dev', why: 'forbidden', scope: { group: 'example.dev', kind: 'Widget' } },
    ]);
  });

  test.each([
    ['Gadget', 'example.dev/v1', 'the server does not know this kind'],
    ['widget', 'example.dev/v1', 'the server does not know this kind'],
    ['Thing', 'broken.dev/v1', 'the server behind this API does not answer'],
  ])('%s of %s is a gap: %s', async (kind, apiVersion, why) => {
    const snapshot = await read(kind, apiVersion);
    expect(snapshot.gaps).toMatchObject([{ why, scope: { kind } }]);
  });

  test('a cluster that does not answer at all is an error, not an empty snapshot', async () => {
    await server.close();
    await expect(read('ConfigMap')).rejects.toMatchObject({ code: 'cluster-unreachable', retryable: true });
    server = await startScriptedServer();
  });

  test('credentials that are not accepted are an error', async () => {
    server.routes.set('/api', json(401, status(401, 'Unauthorized')));
    const failure = await read('ConfigMap').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'cluster-unauthorized' });
  });
});

describe('secrets', () => {
  const secret = {
    metadata: {
      name: 's',
      namespace: 'n',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"canary"}', team: 'a' },
    },
  };

  test('are read metadata-only, without the copy of their values that kubectl leaves behind', async () => {
    server.lists.push(
      json(200, { kind: 'PartialObjectMetadataList', metadata: { resourceVersion: '9' }, items: [secret] }),
    );
    const snapshot = await read('Secret');
    expect(server.seen.find(({ kind }) => kind === 'list')?.headers.accept).toContain('as=PartialObjectMetadataList');
    expect(snapshot.resources[0]?.body).toMatchObject({ kind: 'Secret', metadata: { annotations: { team: 'a' } } });
    expect(JSON.stringify(snapshot)).not.toContain('canary');
    expect(snapshot.gaps).toMatchObject([
      { what: 'data of Secrets', partial: true, scope: { group: '', kind: 'Secret' } },
    ]);
  });

  test('are read whole when that is switched on, still without that copy', async () => {
    await source.close();
    source = await createKubernetesSource({ kubeconfig: server.kubeconfig, environment: {}, readSecrets: true });
    server.lists.push(json(200, { kind: 'SecretList', metadata: {}, items: [{ ...secret, data: { a: 'eA==' } }] }));
    const snapshot = await read('Secret');
    expect(valueAt(snapshot.resources[0]?.body, 'data', 'a')).toBe('eA==');
    expect(JSON.stringify(snapshot)).not.toContain('canary');
    expect(snapshot.gaps).toEqual([]);
  });
});

describe('discovery', () => {
  test('F43 falls back to one group version at a time on servers that cannot aggregate', async () => {
    server.routes.set('/api', json(200, { kind: 'APIVersions', versions: ['v1'] }));
    const resources = [
      { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['list', 'watch'] },
      { name: 'configmaps/status', kind: 'ConfigMap', namespaced: true, verbs: ['get'] },
    ];
    server.routes.set('/api/v1', json(200, { kind: 'APIResourceList', resources }));
    server.lists.push(list([configMap('a', '1')], '9'));
    expect(names(await read('ConfigMap'))).toEqual(['a']);
  });

  test('asks with the ETag it has, and keeps what it knows when nothing changed', async () => {
    const { coreDiscovery } = await import('./scripted-server.ts');
    server.routes.set('/api', (request, response) => {
      if (request.headers['if-none-match'] === '"one"') return json(304, '')(request, response);
      return json(200, coreDiscovery, { etag: '"one"' })(request, response);
    });
    server.lists.push(list([configMap('a', '1')], '9'), list([configMap('b', '1')], '9'));
    await read('ConfigMap');
    expect(names(await read('ConfigMap'))).toEqual(['b']);
    expect(server.seen.filter(({ url }) => url.pathname === '/api').at(-1)?.headers['if-none-match']).toBe('"one"');
  });
});

describe('API schemas', () => {
  const serve = (hash: string): void => {
    server.routes.set(
      '/openapi/v3',
      json(200, { paths: { 'api/v1': { serverRelativeURL: `/openapi/v3/api/v1?hash=${hash}` } } }),
    );
    server.routes.set('/openapi/v3/api/v1', json(200, { openapi: '3.0.0', info: { version: hash } }));
  };
  const fetched = (): number => server.seen.filter(({ url }) => url.pathname === '/openapi/v3/api/v1').length;

  test('are given as served for the declared group versions, and fetched again only when their hash changes', async () => {
    serve('one');
    expect((await read('ConfigMap')).openApi).toMatchObject([{ info: { version: 'one' } }]);
    await read('ConfigMap');
    expect(fetched()).toBe(1);
    serve('two');
    expect((await read('ConfigMap')).openApi).toMatchObject([{ info: { version: 'two' } }]);
    expect(fetched()).toBe(2);
  });

  test('that cannot be read are a gap that takes no judgement away', async () => {
    server.routes.set('/openapi/v3', json(500, 'oops'));
    const snapshot = await read('ConfigMap');
    expect(snapshot.openApi).toEqual([]);
    expect(snapshot.gaps).toMatchObject([{ what: 'the index of API schemas', scope: { kind: '' } }]);
  });
});
