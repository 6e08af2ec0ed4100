import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readClusterAccess } from '../../src/kubernetes/connection/kubeconfig.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mooring-kubeconfig-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
}

const two = `
current-context: one
clusters:
- name: c1
  cluster: { server: "https://one.example:6443/", certificate-authority: ca.crt, tls-server-name: api }
- name: c2
  cluster: { server: "http://127.0.0.1:8001", insecure-skip-tls-verify: true, proxy-url: "http://proxy.example:3128" }
users:
- name: u1
  user: { tokenFile: secrets/token, token: ignored }
- name: u2
  user: { client-certificate-data: Y2VydA==, client-key-data: a2V5, as: bob, as-groups: [dev, ops], as-user-extra: { scopes: [a] } }
contexts:
- name: one
  context: { cluster: c1, user: u1, namespace: shop }
- name: two
  context: { cluster: c2, user: u2 }
- name: lost
  context: { cluster: nowhere, user: u1 }
`;

describe('a kubeconfig', () => {
  test('gives the current context, with files relative to itself', async () => {
    const access = await readClusterAccess({ kubeconfig: write('config', two), environment: {} });
    expect(access).toEqual({
      context: 'one',
      namespace: 'shop',
      server: 'https://one.example:6443',
      tls: { ca: { file: join(dir, 'ca.crt') }, serverName: 'api', insecure: false },
      user: { name: 'u1', directory: dir, token: { file: join(dir, 'secrets/token') }, impersonate: {} },
    });
  });

  test('gives another context when it is named, with inline certificates, proxy and impersonation', async () => {
    const access = await readClusterAccess({ kubeconfig: write('config', two), context: 'two', environment: {} });
    expect(access).toMatchObject({
      namespace: 'default',
      proxyUrl: 'http://proxy.example:3128',
      tls: { insecure: true },
      user: {
        certificate: { pem: 'cert' },
        key: { pem: 'key' },
        impersonate: {
          'Impersonate-User': 'bob',
          'Impersonate-Group': ['dev', 'ops'],
          'Impersonate-Extra-scopes': ['a'],
        },
      },
    });
  });

  test('may be several files: the first one wins, and one that is missing is passed over', async () => {
    const first = write('first', 'current-context: two\nusers: [{ name: u2, user: { token: first } }]');
    const files = [first, join(dir, 'missing'), write('second', two)].join(delimiter);
    const access = await readClusterAccess({ environment: { KUBECONFIG: files } });
    expect(access).toMatchObject({ context: 'two', user: { token: { value: 'first' } } });
  });

  test('is looked for in the home directory when nothing names one', async () => {
    mkdirSync(join(dir, '.kube'));
    write('.kube/config', two);
    expect(await readClusterAccess({ environment: { HOME: dir } })).toMatchObject({ context: 'one' });
  });

  test.each([
    ['is missing', undefined, undefined, 'no such file'],
    ['is no YAML', 'a: [', undefined, 'not valid YAML'],
    ['is a list', '- a', undefined, 'holds no kubeconfig'],
    ['names no context', 'clusters: []', undefined, 'names no current context'],
    ['lacks the context', two, 'three', 'no context "three" (known: one, two, lost)'],
    ['names a cluster that is not there', two, 'lost', 'no cluster with a server address'],
  ])('that %s is refused with the reason', async (_what, text, context, why) => {
    const kubeconfig = text === undefined ? join(dir, 'missing') : write('config', text);
    const reading = readClusterAccess({ kubeconfig, ...(context === undefined ? {} : { context }), environment: {} });
    await expect(reading).rejects.toMatchObject({ code: 'kubeconfig-invalid', why: expect.stringContaining(why) });
  });

  test('with a syntax error near a token does not repeat the token', async () => {
    const kubeconfig = write('config', 'users:\n- user: { token: s3cr3t-canary, }}\n');
    const failure = await readClusterAccess({ kubeconfig, environment: {} }).catch((error: unknown) => String(error));
    expect(failure).not.toContain('canary');
  });
});
