import { describe, expect, test } from 'vitest';
import { blobOf, configBlob, imagesOf, indexBlob, manifestBlob, signal, types } from './images-of.ts';
import { type ScriptedRegistry, serve, startScriptedRegistry, status } from './scripted-registry.ts';

const config = configBlob(['A=1']);
const manifest = manifestBlob(config);

/** A registry with the image `web:1`. */
async function registryWithWeb(): Promise<ScriptedRegistry> {
  const registry = await startScriptedRegistry();
  registry.routes.set('/v2/web/manifests/1', serve(manifest, types.image));
  registry.routes.set(`/v2/web/manifests/${manifest.digest}`, serve(manifest, types.image));
  registry.routes.set(`/v2/web/blobs/${config.digest}`, serve(config));
  return registry;
}

async function read(registry: ScriptedRegistry, name = 'web:1'): Promise<unknown> {
  await using images = imagesOf();
  return await images.read(`${registry.host}/${name}`, [], signal);
}

const known = { kind: 'known', image: { env: [['A', '1']] } };

describe('nothing is believed that its digest does not prove', () => {
  test('a manifest or a configuration with other bytes is refused', async () => {
    const registry = await registryWithWeb();
    expect(await read(registry)).toMatchObject(known);
    registry.routes.set(`/v2/web/blobs/${config.digest}`, serve(configBlob(['A=2'])));
    expect(await read(registry)).toMatchObject({ problem: 'digest-mismatch' });
    registry.routes.set(`/v2/web/manifests/${manifest.digest}`, serve(manifestBlob(configBlob(['A=2'])), types.image));
    expect(await read(registry)).toMatchObject({ problem: 'digest-mismatch' });
  });

  test('a registry that tells no digest is asked for the bytes', async () => {
    const registry = await registryWithWeb();
    registry.routes.set('HEAD /v2/web/manifests/1', status(200, { 'docker-content-digest': 'sha256:short' }));
    expect(await read(registry)).toMatchObject({ ...known, image: { digest: manifest.digest } });
  });
});

describe('an answer that is hostile or broken costs one image, and is told by name', () => {
  const half = blobOf('{"schemaVersion": 2, "config": {');
  const schemaOne = blobOf({ schemaVersion: 1, name: 'web', tag: '1' });
  const deep = (): ReturnType<typeof indexBlob> => {
    let list = indexBlob([{ manifest, platform: 'linux/amd64' }]);
    for (let level = 0; level < 3; level += 1) list = blobOf({ ...JSON.parse(list.bytes.toString()), level });
    return list;
  };

  test.for([
    ['half a JSON document', half, 'bad-answer'],
    ['a list', blobOf('[1]'), 'bad-answer'],
    ['no UTF-8', { ...blobOf('x'), bytes: Buffer.from([0xff, 0xfe]) }, 'digest-mismatch'],
    ['a manifest without a configuration', blobOf({ schemaVersion: 2, mediaType: types.image }), 'bad-answer'],
    ['a manifest of schema 1', schemaOne, 'not-an-image'],
    ['a key named __proto__', blobOf('{"__proto__": {"config": {}}}'), 'bad-answer'],
    ['more than is read', blobOf('x'.repeat(5 * 1024 * 1024)), 'too-large'],
  ] as const)('%s', async ([, blob, problem]) => {
    const registry = await registryWithWeb();
    registry.routes.set('/v2/web/manifests/1', serve(blob, types.image));
    registry.routes.set(`/v2/web/manifests/${blob.digest}`, serve(blob, types.image));
    expect(await read(registry)).toMatchObject({ kind: 'unreadable', problem });
  });

  test('a list that leads to itself comes to an end', async () => {
    const registry = await registryWithWeb();
    const list = deep();
    const outer = indexBlob([
      { manifest: indexBlob([{ manifest: list, platform: 'linux/amd64' }]), platform: 'linux/amd64' },
    ]);
    for (const blob of [outer, indexBlob([{ manifest: list, platform: 'linux/amd64' }]), list])
      registry.routes.set(`/v2/web/manifests/${blob.digest}`, serve(blob, types.index));
    registry.routes.set('/v2/web/manifests/1', serve(outer, types.index));
    expect(await read(registry)).toMatchObject({ kind: 'unreadable', problem: 'not-an-image' });
  });

  test('an answer that breaks off, and nobody at all', async () => {
    const registry = await registryWithWeb();
    registry.routes.set(`/v2/web/blobs/${config.digest}`, (_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await read(registry)).toMatchObject({ problem: 'unreachable' });
    await using images = imagesOf();
    expect(await images.read('127.0.0.1:1/web:1', [], signal)).toMatchObject({ problem: 'unreachable' });
  });

  test('an answer that never comes ends with the signal', async () => {
    const registry = await registryWithWeb();
    registry.routes.set('/v2/web/manifests/1', () => {});
    await using images = imagesOf();
    await expect(images.read(`${registry.host}/web:1`, [], AbortSignal.timeout(100))).rejects.toThrow('aborted');
  });
});

describe('where requests go', () => {
  test('a blob is fetched from where the registry sends us, without the token', async () => {
    const [registry, store] = [await registryWithWeb(), await startScriptedRegistry()];
    registry.routes.set('/token?service=r&scope=repository%3Aweb%3Apull', (_request, response) => {
      response.end(JSON.stringify({ access_token: 'canary' }));
    });
    const ask = {
      'www-authenticate': `Bearer realm="http://${registry.host}/token",service="r",scope="repository:web:pull"`,
    };
    for (const [path, answer] of registry.routes) {
      if (!path.startsWith('/v2/')) continue;
      registry.routes.set(path, (request, response) =>
        request.headers.authorization === 'Bearer canary'
          ? answer(request, response)
          : status(401, ask)(request, response),
      );
    }
    const location = `http://${store.host}/data?sig=1`;
    registry.routes.set(`/v2/web/blobs/${config.digest}`, status(307, { location }));
    store.routes.set('/data?sig=1', serve(config));
    expect(await read(registry)).toMatchObject(known);
    expect(store.seen).toStrictEqual([{ line: 'GET /data?sig=1', authorization: undefined }]);
    expect(registry.seen.filter(({ line }) => line.startsWith('GET /token'))).toHaveLength(1);
  });

  test.for([
    ['in circles', '/v2/web/manifests/1', 'bad-answer'],
    ['to the addresses that clouds keep for their machines', 'http://169.254.169.254/latest/meta-data', 'not-allowed'],
    ['to another host without TLS', 'http://registry.corp/v2/web', 'not-allowed'],
    ['with somebody else in the URL', 'https://a:b@registry.corp/v2/web', 'not-allowed'],
    ['to what is no URL', 'http://[', 'bad-answer'],
  ] as const)('nobody is followed %s', async ([, location, problem]) => {
    const registry = await registryWithWeb();
    registry.routes.set('/v2/web/manifests/1', status(302, { location }));
    expect(await read(registry)).toMatchObject({ problem });
  });

  test('a registry that is not listed is not asked', async () => {
    const registry = await registryWithWeb();
    await using images = imagesOf({ registries: ['docker.io', '*.corp'] });
    expect(await images.read(`${registry.host}/web:1`, [], signal)).toMatchObject({
      problem: 'not-allowed',
      why: `${registry.host} is not among images.registries`,
    });
    expect(registry.seen).toStrictEqual([]);
    await using all = imagesOf();
    expect(await all.read('169.254.169.254/web', [], signal)).toMatchObject({ problem: 'not-allowed' });
  });

  test('credentials never leave for a place without TLS that is not this machine', async () => {
    const registry = await registryWithWeb();
    registry.routes.set(
      '/v2/web/manifests/1',
      status(401, { 'www-authenticate': 'Bearer realm="http://tokens.corp/x"' }),
    );
    const auths = { [registry.host]: { username: 'anna', password: 'canary' } };
    await using images = imagesOf({
      insecure: ['tokens.corp'],
      keyring: () => Promise.resolve(JSON.stringify({ auths })),
    });
    const reading = await images.read(`${registry.host}/web:1`, [], signal);
    expect(reading).toMatchObject({ why: 'credentials are not sent to tokens.corp without TLS' });
  });
});

describe('a busy registry', () => {
  test('is given the pause that it asks for, when that is short', async () => {
    const registry = await registryWithWeb();
    const answer = serve(manifest, types.image);
    let refused = false;
    registry.routes.set('/v2/web/manifests/1', (request, response) => {
      if (refused) return answer(request, response);
      refused = true;
      return status(429, { 'retry-after': '0' })(request, response);
    });
    expect(await read(registry)).toMatchObject(known);
  });

  test('is left alone for as long as it asks, when that is long', async () => {
    const registry = await registryWithWeb();
    registry.routes.set('/v2/web/manifests/1', status(429, { 'retry-after': '3600' }));
    expect(await read(registry)).toMatchObject({ problem: 'rate-limited', retryAfterMs: 3_600_000 });
    expect(registry.seen).toHaveLength(1);
  });

  test('is asked two things at once at most', async () => {
    const registry = await registryWithWeb();
    const answer = serve(manifest, types.image);
    registry.routes.set(
      '/v2/web/manifests/1',
      (request, response) => void setTimeout(() => answer(request, response), 20),
    );
    await using images = imagesOf();
    await Promise.all(Array.from({ length: 10 }, () => images.read(`${registry.host}/web:1`, [], signal)));
    expect(registry.mostAtOnce()).toBe(2);
  });
});
