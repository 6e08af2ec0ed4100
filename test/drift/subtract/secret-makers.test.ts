import { describe, expect, test } from 'vitest';
import { judgeAll, paths, resources } from '../pairs.ts';

const external = (policy: string, spec = 'data: [{secretKey: token, remoteRef: {key: x}}]'): string =>
  `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: from-store, namespace: shop}\nspec: {target: {name: login, creationPolicy: ${policy}}, ${spec}}\n`;
const sealed = (template: string): string =>
  `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: login, namespace: shop}\nspec: {encryptedData: {token: AgBx}${template}}\n`;
const secret = (data: string, metadata = ''): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: login, namespace: shop${metadata}}\ntype: Opaque\ndata: {${data}}\n`;

const byHand =
  ", managedFields: [{manager: kubectl-edit, operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {'f:data': {'f:token': {}}}}]";

function judge(desired: readonly string[], live: readonly string[]): ReturnType<typeof judgeAll> {
  // Some Secret has to be declared, or none could be extra.
  const other = 'apiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: shop}\ntype: Opaque\n';
  return judgeAll({
    desired: resources([...desired, other].join('---\n')),
    live: resources([...live, other].join('---\n')),
  });
}

describe('the Secret that a stand-in makes', () => {
  test.each([
    ['an ExternalSecret that leaves it an orphan', external('Orphan')],
    [
      'a SealedSecret that may not own',
      sealed(", template: {metadata: {annotations: {sealedsecrets.bitnami.com/skip-set-owner-references: 'true'}}}"),
    ],
  ])('by %s is not extra, and the stand-in says what it hides', (_what, maker) => {
    const reports = judge([maker], [maker, secret('token: eA==')]);
    expect(reports.get('Secret shop/login')).toBeUndefined();
    const [report] = [...reports.values()];
    expect(report).toMatchObject({ verdict: 'in-sync', notes: ['values-unseen'] });
  });

  test.each([
    ['an ExternalSecret that only merges', external('Merge')],
    ['one for another Secret', external('Orphan').replace('name: login', 'name: elsewhere')],
    ['a SealedSecret that owns what it makes', sealed('')],
  ])('is extra when nothing says that it comes from there: %s', (_what, maker) => {
    expect(judge([maker], [maker, secret('token: eA==')]).get('Secret shop/login')).toMatchObject({ drift: 'extra' });
  });
});

describe('a key merged into a Secret that Git declares', () => {
  const findings = (maker: string, declared: string, live: string): readonly string[] =>
    paths(judge([maker, declared], [maker, live]).get('Secret shop/login'));
  const user = 'user: eA==';

  test('belongs to the ExternalSecret that was asked to merge it', () => {
    const marks = ", labels: {reconcile.external-secrets.io/managed: 'true'}";
    expect(findings(external('Merge'), secret(user), secret(`${user}, token: eQ==`, marks))).toEqual([]);
    const all = external('Merge', 'dataFrom: [{extract: {key: x}}]');
    expect(findings(all, secret(user), secret(`${user}, anything: eQ==`))).toEqual([]);
  });

  test('belongs to the SealedSecret that may patch it', () => {
    const patch = ", annotations: {sealedsecrets.bitnami.com/patch: 'true'}";
    expect(findings(sealed(''), secret(user, patch), secret(`${user}, token: eQ==`, patch))).toEqual([]);
    expect(findings(sealed(''), secret(user), secret(`${user}, token: eQ==`))).toEqual(['+data.token']);
  });

  test.each([
    ['a key that nobody asked for', external('Merge'), secret(`${user}, other: eQ==`), ['+data.other']],
    [
      'a change of what Git declares',
      external('Merge', 'dataFrom: [{extract: {key: x}}]'),
      secret('user: eQ=='),
      ['~data.user'],
    ],
    ['the same key from a hand', external('Merge'), secret(`${user}, token: eQ==`, byHand), ['+data.token']],
    ['the same key beside one that owns its own', external('Owner'), secret(`${user}, token: eQ==`), ['+data.token']],
  ])('but %s is drift', (_what, maker, live, expected) => {
    expect(findings(maker, secret(user), live)).toEqual(expected);
  });
});
