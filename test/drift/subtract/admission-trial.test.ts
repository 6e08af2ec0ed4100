import { describe, expect, test } from 'vitest';
import { isWorthTrying, trialOf, withheldFrom, withRealName } from '../../../src/drift/subtract/admission-trial.ts';
import { stringAt, valueAt } from '../../../src/resource/json.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import { judgeOne, resources } from '../pairs.ts';

function only(yaml: string): Resource {
  const [found] = resources(yaml);
  if (found === undefined) throw new Error('nothing was declared');
  return found;
}

describe('a trial of a declared object', () => {
  test('bears another name and nothing of an instance', () => {
    const trial = trialOf(
      only(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop, uid: u, resourceVersion: "1", labels: {a: b}}\nstatus: {x: 1}\n',
      ),
      'trial',
    );
    expect(trial?.id).toMatchObject({ name: 'trial', namespace: 'shop' });
    expect(trial?.body).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'trial', namespace: 'shop', labels: { a: 'b' } },
    });
  });

  test('of a Service asks for no address and no port that the live one has', () => {
    const service = only(
      'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: 10.0.0.7, clusterIPs: [10.0.0.7], ports: [{port: 80, nodePort: 30080}]}\n',
    );
    expect(trialOf(service, 'trial')?.body['spec']).toEqual({ ports: [{ port: 80 }] });
    const paths = ['spec.clusterIP', 'spec.clusterIPs[0]', 'spec.ports[port=80,protocol=TCP].nodePort', 'spec.type'];
    expect(paths.map((path) => withheldFrom(service.id)?.test(path))).toEqual([true, true, true, false]);
  });

  test('of a headless Service stays headless', () => {
    const service = only('apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: None}\n');
    expect(valueAt(trialOf(service, 'trial')?.body, 'spec', 'clusterIP')).toBe('None');
  });

  test('of a Secret holds its keys and none of its values', () => {
    const secret = only(
      'apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata: {a: Y2FuYXJ5}\nstringData: {b: canary}\n',
    );
    expect(trialOf(secret, 'trial')?.body).toMatchObject({ data: { a: '', b: '' } });
    expect(JSON.stringify(trialOf(secret, 'trial'))).not.toMatch(/Y2Fu|canary/);
  });

  test('is impossible where the name repeats the content', () => {
    const definition =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.dev}\n';
    expect(trialOf(only(definition), 'trial')).toBeUndefined();
  });

  test('is answered as if the name had been kept, wherever it went', () => {
    const answer = { metadata: { name: 'trial', labels: { 'x/trial': 'trial.app' } }, list: ['a-trial', 1, null] };
    expect(withRealName(answer, 'trial', 'we$&b')).toEqual({
      metadata: { name: 'we$&b', labels: { 'x/we$&b': 'we$&b.app' } },
      list: ['a-we$&b', 1, null],
    });
  });
});

describe('a trial is worth its request', () => {
  const declared = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\ndata: {a: "1"}\n';
  const live = (manager: string, data: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop, managedFields: [{manager: ${manager}, operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {'f:data': {'f:a': {}, 'f:b': {}}}}]}\ndata: {${data}}\n`;

  test.each([
    ['nothing differs', live('helm', 'a: "1"'), false],
    ['a person made the difference', live('kubectl-edit', 'a: "2"'), false],
    ['a pipeline holds the field', live('helm', 'a: "2"'), true],
    ['nobody holds the field', declared.replace('"1"', '"1", b: "2"'), true],
  ])('when %s: %3$s', (_what, text, expected) => {
    expect(isWorthTrying(judgeOne(declared, text))).toBe(expected);
  });

  test('when a guess could be proved', () => {
    const claim = (spec: string): string =>
      `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: web, namespace: shop}\nspec: {accessModes: [ReadWriteOnce]${spec}}\n`;
    const report = judgeOne(claim(''), claim(', storageClassName: fast'));
    expect(stringAt(valueAt({ ...report.suppressions[0] }, 'class'))).toBe('admission');
    expect(isWorthTrying(report)).toBe(true);
  });
});
