import { assert, json, property } from 'fast-check';
import { expect, test } from 'vitest';
import { readImageConfig } from '../../../src/resource/image/image-config.ts';
import { parseJson } from '../../../src/resource/json.ts';

const digest = `sha256:${'b'.repeat(64)}`;

test('an image tells its environment, command, ports and whose it is', () => {
  const config = {
    Env: ['PATH=/usr/bin', 'CATALOGUE_HOST=catalogue', 'EMPTY=', 'URL=http://a?b=c'],
    Entrypoint: ['/bin/web'],
    Cmd: ['--upstream', 'cart'],
    ExposedPorts: { '8080/tcp': {}, '53/udp': {}, '9090': {} },
    Labels: { 'org.opencontainers.image.source': 'https://git.corp/web', 'org.opencontainers.image.vendor': '' },
  };
  expect(readImageConfig({ architecture: 'amd64', config }, digest)).toStrictEqual({
    digest,
    env: [
      ['PATH', '/usr/bin'],
      ['CATALOGUE_HOST', 'catalogue'],
      ['EMPTY', ''],
      ['URL', 'http://a?b=c'],
    ],
    entrypoint: ['/bin/web'],
    command: ['--upstream', 'cart'],
    ports: [8080, 9090],
    labels: { source: 'https://git.corp/web', title: null, vendor: null },
  });
});

test('an image without a configuration tells nothing, and one text is a command of one word', () => {
  expect(readImageConfig({}, digest)).toMatchObject({ env: [], entrypoint: [], command: [], ports: [] });
  expect(readImageConfig({ config: { Cmd: 'run' } }, digest)?.command).toStrictEqual(['run']);
});

test('what is of another shape is left out, and what is too large is cut', () => {
  const config = {
    Env: [1, null, '=x', 'NOVALUE', `BIG=${'x'.repeat(40_000)}`, 'OK=1', ...Array.from({ length: 2000 }, () => 'A=b')],
    Entrypoint: [['nested'], 'ok'],
    ExposedPorts: { '99999/tcp': {}, 'x/tcp': {}, '80/sctp': {} },
    Labels: { 'org.opencontainers.image.title': 'x'.repeat(1000) },
  };
  const read = readImageConfig({ config }, digest);
  expect(read?.env.length).toBe(995);
  expect(read?.env[0]).toStrictEqual(['OK', '1']);
  expect(read).toMatchObject({ entrypoint: ['ok'], ports: [], labels: { title: 'x'.repeat(300) } });
});

test('a document with a key named __proto__ changes nobody', () => {
  const read = readImageConfig(
    parseJson('{"__proto__": {"config": {"Env": ["A=b"]}}, "config": {"Labels": {"__proto__": "x"}}}'),
    digest,
  );
  expect(read).toMatchObject({ env: [], labels: { source: null } });
});

test('no document makes it fail', () => {
  assert(
    property(json(), (text) => {
      readImageConfig(parseJson(text), digest);
      readImageConfig({ config: parseJson(text) }, digest);
      readImageConfig(
        { config: { Env: parseJson(text), Cmd: parseJson(text), ExposedPorts: parseJson(text) } },
        digest,
      );
    }),
    { numRuns: 300 },
  );
});
