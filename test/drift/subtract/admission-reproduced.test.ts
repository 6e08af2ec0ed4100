import { describe, expect, test } from 'vitest';
import type { ResourceReport } from '../../../src/drift/drift-report.ts';
import { normalisedLive } from '../../../src/drift/normalise-pair.ts';
import { now, paths, resources, session } from '../pairs.ts';

/** The verdict on `live` when the server makes `made` of what is declared. */
function judge(declared: string, made: string, live: string): ResourceReport {
  const [tried] = resources(made);
  if (tried === undefined) throw new Error('nothing was made');
  const opened = session({ desired: resources(declared), live: resources(live) });
  const report = opened.judge(opened.keys()[0] ?? '', now, [], { body: normalisedLive(tried), by: 'changed by X' });
  if (report === null) throw new Error('nothing was judged');
  return report;
}

const head = 'apiVersion: v1\nkind: ConfigMap\n';
const map = (labels: string, data = 'a: "1"', more = ''): string =>
  `${head}metadata: {name: web, namespace: shop, labels: {${labels}}${more}}\ndata: {${data}}\n`;

function held(manager: string, fields: string): string {
  return `, managedFields: [{manager: ${manager}, operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: ${fields}}]`;
}

describe('a value that a dry run reproduces', () => {
  test('is set aside at exactly its path, with who may have made it', () => {
    const report = judge(map('a: b'), map('a: b, team: x'), map('a: b, team: x, hand: y'));
    expect(paths(report)).toEqual(['+metadata.labels.hand']);
    expect(report.suppressions).toEqual([
      {
        path: 'metadata.labels.team',
        class: 'admission',
        reason: 'a server-side dry run of what Git declares comes out the same: changed by X',
        desired: null,
        live: 'x',
        confidence: 'high',
      },
    ]);
  });

  test.each([
    ['another value than the live one', map('a: b, team: x'), map('a: b, team: y'), ['+metadata.labels.team']],
    ['a change that is live in another way', map('a: b', 'a: "2"'), map('a: b', 'a: "3"'), ['~data.a']],
    ['nothing', map('a: b'), map('a: b, team: x'), ['+metadata.labels.team']],
  ])('explains nothing when it is %s', (_what, made, live, expected) => {
    expect(paths(judge(map('a: b'), made, live))).toEqual(expected);
  });

  test('a change and a removal that admission makes are its own, too', () => {
    const declared = map('a: b', 'a: "1", b: "1"');
    const made = map('a: b', 'a: "2"');
    expect(paths(judge(declared, made, made))).toEqual([]);
    expect(paths(judge(declared, made, map('a: b', 'b: "1"')))).toEqual(['-data.a']);
  });

  test('speaks for no person who holds the field', () => {
    const live = map('a: b, team: x', 'a: "1"', held('kubectl-label', "{'f:metadata': {'f:labels': {'f:team': {}}}}"));
    expect(paths(judge(map('a: b'), map('a: b, team: x'), live))).toEqual(['+metadata.labels.team']);
  });
});

const pod = (containers: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: web}${containers}]}\n`;
const proxy = (image: string, more: string, token = 'abcde'): string =>
  `, {name: proxy, image: ${image}${more}, volumeMounts: [{name: kube-api-access-${token}, mountPath: /run}]}`;

describe('an injected container', () => {
  const made = pod(proxy('proxy:1', ', env: [{name: A, value: "1"}, {name: B, value: "2"}]'));

  test.each([
    [
      'as it was injected, but for the drawn name of a volume',
      ', env: [{name: A, value: "1"}, {name: B, value: "2"}]',
      [],
    ],
    ['that got a part by hand', ', stdin: true, env: [{name: A, value: "1"}, {name: B, value: "2"}]', ['.stdin']],
    ['with a part that changed', ', env: [{name: A, value: "1"}, {name: B, value: "3"}]', ['.env[name=B].value']],
    ['that lost a part', ', env: [{name: A, value: "1"}]', ['']],
    ['that lost a member', '', ['']],
  ])('%s', (_what, more, expected) => {
    const report = judge(pod(''), made, pod(proxy('proxy:1', more, 'fghij')));
    expect(paths(report)).toEqual(expected.map((rest) => `+spec.containers[name=proxy]${rest}`));
  });

  test.each([
    ['one more of an argument that is there', '[--v, --v, run]', '[--v, run]', ['.args[1]']],
    ['an argument that admission adds as well', '[--v, --v, run]', '[--v, --v, run]', []],
    ['another one beside that', '[--v, --v, run, now]', '[--v, --v, run]', ['.args[1]', '.args[3]']],
  ])('with %s', (_what, live, admitted, expected) => {
    const run = (args: string): string => pod('').replace('image: web', `image: web, args: ${args}`);
    const report = judge(run('[--v, run]'), run(admitted), run(live));
    expect(paths(report)).toEqual(expected.map((rest) => `+spec.containers[name=web]${rest}`));
  });

  test('that nobody injects is one thing', () => {
    expect(paths(judge(pod(''), pod(''), pod(proxy('proxy:1', ''))))).toEqual(['+spec.containers[name=proxy]']);
  });
});
