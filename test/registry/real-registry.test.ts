import { createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBlobCache } from '../../src/registry/blob-cache.ts';
import { createAuthority } from '../../tools/plane/x509.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { blobOf, configBlob, imagesOf, indexBlob, manifestBlob, signal, types } from './images-of.ts';
import { type RegistryProcess, startRegistry } from './registry-process.ts';

describe('a real registry', () => {
  let registry: RegistryProcess;
  beforeAll(async () => {
    registry = await startRegistry();
  }, 320_000);
  afterAll(() => registry[Symbol.asyncDispose]());

  const push = async (
    repository: string,
    tag: string,
    env: readonly string[],
    form: 'oci' | 'docker' = 'oci',
  ): Promise<string> => {
    const config = configBlob(env);
    await registry.pushBlob(repository, config);
    const type = form === 'oci' ? types.image : types.dockerImage;
    return await registry.pushManifest(repository, tag, manifestBlob(config, form), type);
  };

  test.for(['oci', 'docker'] as const)('tells what an image of the %s form says', async (form) => {
    const digest = await push(`forms/${form}`, '1', ['CATALOGUE_HOST=catalogue'], form);
    await using images = imagesOf();
    expect(await images.read(`${registry.host}/forms/${form}:1`, [], signal)).toMatchObject({
      kind: 'known',
      cached: false,
      image: { digest, env: [['CATALOGUE_HOST', 'catalogue']] },
    });
    expect(await images.read(`${registry.host}/forms/${form}@${digest}`, [], signal)).toMatchObject({ cached: true });
  });

  test.for(['oci', 'docker'] as const)('has the image of the platform in a list of the %s form', async (form) => {
    const members = [];
    for (const platform of ['unknown/unknown', 'linux/arm64', 'linux/amd64']) {
      const config = configBlob([`FOR=${platform}`]);
      const manifest = manifestBlob(config, form);
      await registry.pushBlob(`lists/${form}`, config);
      await registry.pushManifest(
        `lists/${form}`,
        manifest.digest,
        manifest,
        form === 'oci' ? types.image : types.dockerImage,
      );
      members.push({ manifest, platform });
    }
    await registry.pushManifest(
      `lists/${form}`,
      'all',
      indexBlob(members, form),
      form === 'oci' ? types.index : types.dockerList,
    );
    await using images = imagesOf();
    const all = await images.read(`${registry.host}/lists/${form}:all`, [], signal);
    expect(all).toMatchObject({ image: { env: [['FOR', 'linux/amd64']], digest: members[2]?.manifest.digest } });
    await using arm = imagesOf({ platform: 'linux/arm64' });
    expect(await arm.read(`${registry.host}/lists/${form}:all`, [], signal)).toMatchObject({
      image: { env: [['FOR', 'linux/arm64']] },
    });
    await using other = imagesOf({ platform: 'windows/amd64' });
    expect(await other.read(`${registry.host}/lists/${form}:all`, [], signal)).toMatchObject({
      problem: 'not-an-image',
    });
  });

  test('a tag that moved is seen, and what its former image said is not', async () => {
    await push('moving', 'latest', ['A=1']);
    await using images = imagesOf();
    expect(await images.read(`${registry.host}/moving`, [], signal)).toMatchObject({ image: { env: [['A', '1']] } });
    await push('moving', 'latest', ['A=2']);
    expect(await images.read(`${registry.host}/moving`, [], signal)).toMatchObject({ image: { env: [['A', '2']] } });
    expect(await images.read(`${registry.host}/moving`, [], signal)).toMatchObject({ cached: true });
  });

  test('a restart costs one small request for each tag, and none for a digest', async () => {
    const digest = await push('kept', '1', ['A=1']);
    const cache = createBlobCache({ directory: temporaryFolder(), mostFiles: 100 });
    await using before = imagesOf({ cache });
    await before.read(`${registry.host}/kept:1`, [], signal);
    await using after = imagesOf({ cache });
    expect(await after.read(`${registry.host}/kept:1`, [], signal)).toMatchObject({ kind: 'known', cached: true });
    await using elsewhere = imagesOf({ cache });
    expect(await elsewhere.read(`127.0.0.1:1/kept@${digest}`, [], signal)).toMatchObject({
      kind: 'known',
      cached: true,
    });
  });

  test('what is not there, or is no image, is said by name', async () => {
    await using images = imagesOf();
    expect(await images.read(`${registry.host}/nothing:1`, [], signal)).toStrictEqual({
      kind: 'unreadable',
      problem: 'not-found',
      why: `${registry.host} does not have it`,
      retryAfterMs: null,
    });
    const chart = blobOf({ name: 'chart' });
    await registry.pushBlob('charts/web', chart);
    const descriptor = {
      mediaType: 'application/vnd.cncf.helm.config.v1+json',
      digest: chart.digest,
      size: chart.bytes.length,
    };
    const manifest = blobOf({ schemaVersion: 2, mediaType: types.image, config: descriptor, layers: [] });
    await registry.pushManifest('charts/web', '1', manifest, types.image);
    expect(await images.read(`${registry.host}/charts/web:1`, [], signal)).toMatchObject({ problem: 'not-an-image' });
  });

  test('a mirror is asked first, and the registry itself when the mirror lacks it', async () => {
    await push('mirror/library/web', '1', ['FROM=mirror']);
    await push('own/web', '1', ['FROM=registry']);
    const mirrors = [
      { registry: 'docker.io', mirror: `${registry.host}/mirror` },
      { registry: registry.host, mirror: `${registry.host}/mirror` },
    ];
    await using images = imagesOf({ mirrors });
    expect(await images.read('web:1', [], signal)).toMatchObject({ image: { env: [['FROM', 'mirror']] } });
    expect(await images.read(`${registry.host}/own/web:1`, [], signal)).toMatchObject({
      image: { env: [['FROM', 'registry']] },
    });
  });
});

describe('a real registry that asks for tokens', () => {
  const authority = createAuthority('tokens');
  const issuer = 'mooring-test';
  const folder = mkdtempSync(join(tmpdir(), 'mooring-tokens-'));
  const bundle = join(folder, 'ca.pem');
  writeFileSync(bundle, authority.certificate);
  const seen: (string | undefined)[] = [];
  let registry: RegistryProcess;
  let realm = '';

  /** A token as the registry verifies it: signed by its authority, for what the scope says. */
  const tokenFor = (repository: string, actions: readonly string[]): string => {
    const now = Math.floor(Date.now() / 1000);
    const x5c = [authority.certificate.replaceAll(/-----[^-]+-----|\s/g, '')];
    const access = [{ type: 'repository', name: repository, actions }];
    const claims = {
      iss: issuer,
      sub: 'test',
      aud: 'registry',
      exp: now + 300,
      nbf: now - 10,
      iat: now,
      jti: `${now}`,
      access,
    };
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${encode({ typ: 'JWT', alg: 'ES256', x5c })}.${encode(claims)}`;
    const key = { key: createPrivateKey(authority.key), dsaEncoding: 'ieee-p1363' } as const;
    return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
  };

  const tokens = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://tokens');
    seen.push(request.headers.authorization);
    const [, repository = ''] = (url.searchParams.get('scope') ?? '').split(':');
    const isKnown = request.headers.authorization === `Basic ${Buffer.from('anna:secret').toString('base64')}`;
    if (!repository.startsWith('public/') && !isKnown) return response.writeHead(401).end();
    return response.end(JSON.stringify({ token: tokenFor(repository, ['pull']), expires_in: 300 }));
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
    const address = tokens.address();
    realm = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/token`;
    registry = await startRegistry({
      auth: { token: { realm, service: 'registry', issuer, rootcertbundle: bundle } },
      authorization: (repository) => `Bearer ${tokenFor(repository, ['pull', 'push'])}`,
    });
    for (const repository of ['public/web', 'private/web']) {
      const config = configBlob([`OF=${repository}`]);
      await registry.pushBlob(repository, config);
      await registry.pushManifest(repository, '1', manifestBlob(config), types.image);
    }
  }, 320_000);

  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    tokens.closeAllConnections();
    tokens.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const keyring = (password: string): string =>
    JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from(`anna:${password}`).toString('base64') } } });

  test('gives what is public to nobody in particular, with one token for all of it', async () => {
    seen.length = 0;
    await using images = imagesOf();
    expect(await images.read(`${registry.host}/public/web:1`, [], signal)).toMatchObject({
      image: { env: [['OF', 'public/web']] },
    });
    expect(seen).toStrictEqual([undefined]);
  });

  test('gives what is private to whom the configured keyring names', async () => {
    await using images = imagesOf({ keyring: () => Promise.resolve(keyring('secret')) });
    expect(await images.read(`${registry.host}/private/web:1`, [], signal)).toMatchObject({
      image: { env: [['OF', 'private/web']] },
    });
  });

  test('gives what is private to whom a pod names, and wrong credentials do not stand in the way of what is public', async () => {
    await using images = imagesOf();
    expect(
      await images.read(`${registry.host}/private/web:1`, [keyring('wrong'), keyring('secret')], signal),
    ).toMatchObject({
      kind: 'known',
    });
    await using wrong = imagesOf();
    expect(await wrong.read(`${registry.host}/public/web:1`, [keyring('wrong')], signal)).toMatchObject({
      kind: 'known',
    });
  });

  test('refuses others, and nothing secret is said', async () => {
    await using images = imagesOf({ keyring: () => Promise.resolve(keyring('canary-password')) });
    const reading = await images.read(`${registry.host}/private/web:1`, [], signal);
    expect(reading).toMatchObject({ kind: 'unreadable', problem: 'unauthorized' });
    expect(JSON.stringify(reading)).not.toMatch(/canary|Y2FuYXJ5/);
  });
});
