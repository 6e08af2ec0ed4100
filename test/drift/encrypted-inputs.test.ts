import { describe, expect, test } from 'vitest';
import { judgeAll, paths, resources } from './pairs.ts';

const mac = 'ENC[AES256_GCM,data:bWFj,iv:aXY=,tag:dGFn,type:str]';
const encryptedFile = btoa(`password: ${mac}\nsops:\n  mac: ${mac}\n  version: 3.9.0\n`);

const secret = (name: string, data: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, namespace: shop}\ntype: Opaque\ndata: {${data}}\n`;
const pod = (secretName: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: web, envFrom: [{secretRef: {name: ${secretName}}}]${more}}], volumes: [{name: s, secret: {secretName: ${secretName}}}]}\n`;

function judge(desired: readonly string[], live: readonly string[]): ReturnType<typeof judgeAll> {
  return judgeAll({ desired: resources(desired.join('---\n')), live: resources(live.join('---\n')) });
}

describe('a Secret generated from a file that SOPS encrypted', () => {
  const plain = btoa('password: s3cret\n');
  const declared = [secret('login-5f6d7c8b9t', `login.yaml: ${encryptedFile}`), pod('login-5f6d7c8b9t')];

  test('is not missing under the name that nobody can know, and what refers to it is not drift', () => {
    const reports = judge(declared, [secret('login-2g4h5k6m7t', `login.yaml: ${plain}`), pod('login-2g4h5k6m7t')]);
    expect(reports.get('Secret shop/login-5f6d7c8b9t')).toMatchObject({ verdict: 'undetermined', drift: null });
    expect(reports.get('Secret shop/login-2g4h5k6m7t')).toBeUndefined();
    expect(reports.get('Pod shop/web')).toMatchObject({ verdict: 'undetermined', differences: [] });
  });

  test('excuses no reference to anything else', () => {
    const reports = judge(declared, [pod('other-2g4h5k6m7t')]);
    expect(paths(reports.get('Pod shop/web')).length).toBeGreaterThan(0);
  });

  test('is compared but for its hidden values where its name is fixed', () => {
    const variables = `A: ${btoa(mac)}, sops_mac: ${btoa(mac)}, sops_version: ${btoa('3.9.0')}, B: ${btoa('plain')}`;
    const fixed = [secret('login', variables)];
    const same = judge(fixed, [secret('login', `A: ${btoa('x')}, B: ${btoa('plain')}`)]);
    expect(same.get('Secret shop/login')).toMatchObject({ verdict: 'undetermined', differences: [] });
    const changed = judge(fixed, [secret('login', `A: ${btoa('x')}, B: ${btoa('other')}, C: ${btoa('new')}`)]);
    expect(paths(changed.get('Secret shop/login')).toSorted()).toEqual(['+data.C', '~data.B']);
    expect(paths(judge(fixed, [secret('login', `B: ${btoa('plain')}`)]).get('Secret shop/login'))).toEqual(['-data.A']);
  });
});

test('one with a name of its own is missing when it is', () => {
  const reports = judge([secret('login-database', `login.yaml: ${encryptedFile}`)], []);
  expect(reports.get('Secret shop/login-database')).toMatchObject({ drift: 'missing' });
});

test('a Secret whose file only mentions SOPS is missing when it is', () => {
  const talk = btoa('# see sops: ENC[AES256_GCM is how it looks, in the manual of it\n');
  const reports = judge([secret('login-5f6d7c8b9t', `a: ${talk}`)], [secret('login-2g4h5k6m7t', `a: ${talk}`)]);
  expect(reports.get('Secret shop/login-5f6d7c8b9t')).toMatchObject({ drift: 'missing' });
  expect(reports.get('Secret shop/login-2g4h5k6m7t')).toMatchObject({ drift: 'extra' });
});
