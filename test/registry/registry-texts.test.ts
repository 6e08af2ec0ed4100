import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, property, string, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { createBlobCache } from '../../src/registry/blob-cache.ts';
import { parseChallenge } from '../../src/registry/challenge.ts';
import { credentialsFor } from '../../src/registry/docker-config.ts';
import { createHostPolicy } from '../../src/registry/host-policy.ts';
import { readManifest } from '../../src/registry/read-manifest.ts';
import { RegistryProblem } from '../../src/registry/registry-problem.ts';
import { parseRetryAfter } from '../../src/errors/retry-after.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { blobOf } from './images-of.ts';

const bearer = { kind: 'bearer', realm: 'https://a/t', service: 's', scope: 'repository:x:pull,push' };

test.for([
  ['Bearer realm="https://a/t",service="s",scope="repository:x:pull,push"', bearer],
  ['bearer realm="https://a/t" , service=s, scope="repository:x:pull,push", error="invalid_token"', bearer],
  ['Basic realm="x", Bearer realm="https://a/t",service="s",scope="repository:x:pull,push"', bearer],
  ['Bearer realm="a\\"b"', { kind: 'bearer', realm: 'a"b', service: null, scope: null }],
  ['Basic realm="x"', { kind: 'basic' }],
  ['Bearer service="s"', undefined],
  ['Negotiate', undefined],
  [undefined, undefined],
] as const)('the challenge %s is understood', ([header, challenge]) => {
  expect(parseChallenge(header)).toStrictEqual(challenge);
});

test.for([
  ['registry.corp/team/web', 'narrow'],
  ['registry.corp/team/web/deep', 'narrow'],
  ['registry.corp/team/website', 'wide'],
  ['registry.corp:5000/web', undefined],
  ['docker.io/library/nginx', 'hub'],
  ['ghcr.io/team/web', 'token'],
  ['other.corp/web', undefined],
] as const)('for %s the longest entry of a keyring counts', ([name, who]) => {
  const encode = (user: string): string => Buffer.from(`${user}:pass:word`).toString('base64');
  const auths = {
    'https://registry.corp/v2/': { auth: encode('wide') },
    'registry.corp/team/web': { username: 'narrow', password: 'pass:word' },
    'https://index.docker.io/v1/': { auth: encode('hub') },
    'ghcr.io': { auth: encode('ignored'), identitytoken: 'token' },
    'other.corp': { auth: 'bm9jb2xvbg==' },
  };
  const slash = name.indexOf('/');
  const found = credentialsFor(JSON.stringify({ auths, credsStore: 'helper' }), {
    registry: name.slice(0, slash),
    repository: name.slice(slash + 1),
  });
  expect(found?.kind === 'identity' ? found.token : found?.username).toBe(who);
  if (found?.kind === 'password') expect(found.password).toBe('pass:word');
});

test('what is no keyring has no credentials', () => {
  for (const text of [
    '',
    '{',
    '[]',
    'null',
    '{"auths": []}',
    '{"auths": {"__proto__": {"auth": "YTpi"}}}',
    'x'.repeat(2e6),
  ])
    expect(credentialsFor(text, { registry: 'registry.corp', repository: 'web' })).toBeUndefined();
});

test('registries are asked with TLS unless they are listed or on this machine', () => {
  const policy = createHostPolicy({
    registries: [],
    insecure: ['plain.corp:5000'],
    mirrors: [{ registry: 'docker.io', mirror: 'mirror.corp/hub' }],
  });
  const basesOf = (registry: string): string[] => policy.endpoints(registry).map(({ base }) => base);
  expect(basesOf('docker.io')).toStrictEqual(['https://mirror.corp/v2/hub/', 'https://registry-1.docker.io/v2/']);
  expect(basesOf('Plain.corp:5000')).toStrictEqual(['http://plain.corp:5000/v2/']);
  expect(basesOf('plain.corp')).toStrictEqual(['https://plain.corp/v2/']);
  expect(basesOf('[::1]:5000')).toStrictEqual(['http://[::1]:5000/v2/']);
  const [here, there] = [new URL('http://127.0.0.1:1/'), new URL('https://registry.corp/')];
  expect(policy.mayFollow(new URL('http://127.0.0.1:2/'), here)).toBe(true);
  expect(policy.mayFollow(new URL('https://127.0.0.1:2/'), there)).toBe(false);
  expect(policy.mayFollow(new URL('http://plain.corp:5000/'), there)).toBe(false);
});

test.for([
  ['5', 5000],
  ['0', 0],
  ['999999999', 86_400_000],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 9000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['-5', null],
  ['soon', null],
  [undefined, null],
] as const)('Retry-After %s is %s milliseconds', ([header, pause]) => {
  expect(parseRetryAfter(header, 1000)).toBe(pause);
});

test('the cache gives back only what its name proves, and forgets what was not used for longest', async () => {
  const directory = join(temporaryFolder(), 'images');
  const cache = createBlobCache({ directory, mostFiles: 5 });
  const blobs = Array.from({ length: 8 }, (_, index) => blobOf({ index }));
  expect(await cache.get(blobs[0]?.digest ?? '')).toBeNull();
  for (const { digest, bytes } of blobs) await cache.put(digest, bytes);
  expect(readdirSync(directory)).toHaveLength(5);
  const [newest] = blobs.slice(-1);
  if (newest === undefined) throw new Error('there are eight');
  expect(await cache.get(newest.digest)).toStrictEqual(newest.bytes);
  writeFileSync(join(directory, newest.digest.replace(':', '-')), 'changed');
  expect(await cache.get(newest.digest)).toBeNull();
  expect(readdirSync(directory)).toHaveLength(4);
});

test('a cache that cannot be written costs nothing but requests', async () => {
  const place = join(temporaryFolder(), 'taken');
  mkdirSync(place);
  writeFileSync(join(place, 'file'), '');
  const cache = createBlobCache({ directory: join(place, 'file', 'below'), mostFiles: 5 });
  const blob = blobOf('x');
  await cache.put(blob.digest, blob.bytes);
  expect(await cache.get(blob.digest)).toBeNull();
});

test('no text makes the readers fail in a way that is not told', () => {
  assert(
    property(string({ maxLength: 200 }), uint8Array({ maxLength: 200 }), (text, bytes) => {
      parseChallenge(`Bearer ${text}`);
      credentialsFor(text, { registry: 'a', repository: 'b' });
      parseRetryAfter(text, 0);
      for (const document of [
        bytes,
        Buffer.from(text),
        Buffer.from(JSON.stringify({ manifests: [text], config: text })),
      ]) {
        try {
          readManifest(document, text, 'linux/amd64');
        } catch (error) {
          expect(error).toBeInstanceOf(RegistryProblem);
        }
      }
    }),
    { numRuns: 300 },
  );
});
