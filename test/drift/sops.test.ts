import { describe, expect, test } from 'vitest';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { judgeOne, paths } from './pairs.ts';

const secretText = (data: string): string => `ENC[AES256_GCM,data:${data},iv:aXY=,tag:dGFn,type:str]`;
const sealed = (what: string, type = 'str'): string =>
  `"ENC[AES256_GCM,data:${btoa(what)},iv:aXY=,tag:dGFn,type:${type}]"`;
const block = `sops: {age: [{recipient: age1x, enc: x}], lastmodified: '2026-01-01T00:00:00Z', mac: ${sealed('mac')}, version: 3.9.0}\n`;

const secret = (more: string, labels = 'a: b'): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: login, namespace: shop, labels: {${labels}}}\ntype: Opaque\n${more}`;
const declared = secret(`stringData: {password: ${sealed('pw')}, user: admin}\n${block}`);
const live = (data: string, labels?: string): string => secret(`data: {${data}}\n`, labels);
const password = `password: ${btoa('s3cret')}`;
const user = `user: ${btoa('admin')}`;

describe('a Secret that SOPS encrypted', () => {
  test('is neither drift nor in sync: what cannot be judged is named', () => {
    const report = judgeOne(declared, live(`${password}, ${user}`));
    expect(report).toMatchObject({ verdict: 'undetermined', differences: [], invalid: [] });
    expect(report.undetermined).toEqual([
      { path: 'data.password', reason: expect.stringMatching(/^SOPS encrypted it/) },
    ]);
  });

  test.each([
    ['a key that is missing', live(user), ['-data.password']],
    ['a key that was added', live(`${password}, ${user}, extra: ${btoa('x')}`), ['+data.extra']],
    ['a plain value that changed', live(`${password}, user: ${btoa('root')}`), ['~data.user']],
    ['a label that changed', live(`${password}, ${user}`, 'a: c'), ['~metadata.labels.a']],
    ['another type', live(`${password}, ${user}`).replace('Opaque', 'example.dev/x'), ['~type']],
  ])('is judged as far as it goes: %s', (_what, text, expected) => {
    const report = judgeOne(declared, text);
    expect(paths(report)).toEqual(expected);
    expect(report.verdict).toBe('drifted');
  });

  test('that was applied without being decrypted is drift', () => {
    const report = judgeOne(declared, live(`password: ${btoa(secretText(btoa('pw')))}, ${user}`));
    expect(paths(report)).toEqual(['~data.password']);
    expect(report.differences[0]?.notes).toContain('still-encrypted');
  });

  test('never shows what lives in the place of a ciphertext', () => {
    expect(JSON.stringify(judgeOne(declared, live(`${password}, ${user}, extra: ${btoa('x')}`)))).not.toContain(
      btoa('s3cret'),
    );
  });
});

describe('what only looks the part', () => {
  const looks = (more: string): string => secret(`stringData: {password: ${sealed('pw')}}\n${more}`);

  test.each([
    ['without a block of SOPS', looks('')],
    ['with an empty block', looks('sops: {}\n')],
    ['with a block that signs nothing', looks('sops: {mac: none, version: 3.9.0}\n')],
  ])('is compared as text: %s', (_what, text) => {
    expect(paths(judgeOne(text, live(password)))).toContain('~data.password');
  });

  test('is compared as text where the rest of the document is encrypted', () => {
    const odd = secret(`stringData: {password: ${sealed('pw')}, user: "ENC[ROT13,data:x]"}\n${block}`);
    expect(paths(judgeOne(odd, live(`${password}, ${user}`)))).toEqual(['~data.user']);
  });
});

describe('another kind that SOPS encrypted in part', () => {
  const deployment = (replicas: string, value: string, args: string, more = ''): string =>
    `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web:1, env: [{name: TOKEN, value: ${value}}], args: [${args}]}]}
${more}`;

  test('is not invalid for the type of what is hidden', () => {
    const hidden = deployment(sealed('3', 'int'), sealed('t'), `run, ${sealed('--key')}`, block);
    const report = judgeOne(hidden, deployment('3', 't', 'run, --key=1'));
    expect(report).toMatchObject({ differences: [], invalid: [], verdict: 'undetermined' });
    expect(report.undetermined.map(({ path }) => path).toSorted()).toEqual([
      'spec.replicas',
      'spec.template.spec.containers[name=web].args',
      'spec.template.spec.containers[name=web].env[name=TOKEN].value',
    ]);
    expect(paths(judgeOne(hidden, deployment('3', 't', 'run, --key=1').replace('web:1', 'web:2')))).toEqual([
      '~spec.template.spec.containers[name=web].image',
    ]);
  });

  test('is compared as text where the cluster keeps it encrypted', () => {
    const custom = (value: string): string =>
      `apiVersion: example.dev/v1\nkind: SopsSecret\nmetadata: {name: x, namespace: shop}\nspec: {token: ${sealed(value)}}\n${block}`;
    expect(judgeOne(custom('a'), custom('a'))).toMatchObject({ verdict: 'in-sync', undetermined: [] });
    expect(paths(judgeOne(custom('a'), custom('b')))).toEqual(['~spec.token']);
  });

  test('whose kind or name is hidden too is a gap that says so', () => {
    const whole = `apiVersion: v1\nkind: Secret\nmetadata: {name: ${sealed('n')}}\n${block}`;
    const { resources, gaps } = parseManifests(whole, 'a.yaml');
    expect(resources).toEqual([]);
    expect(gaps).toEqual([
      expect.objectContaining({ why: expect.stringMatching(/^SOPS encrypted even its kind or name/) }),
    ]);
  });
});
