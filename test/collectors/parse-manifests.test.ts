import { describe, expect, test } from 'vitest';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { stringAt } from '../../src/resource/json.ts';

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
const names = (text: string): readonly string[] => parseManifests(text, 'a.yaml').resources.map(({ id }) => id.name);
const lines = (text: string): readonly (number | undefined)[] =>
  parseManifests(text, 'a.yaml').resources.map(({ origin }) => origin?.line);

describe('documents', () => {
  test('are split at their separators, and each knows its line', () => {
    const text = `# a comment\n\n${configMap('a')}---\n# only a comment\n--- # another\n${configMap('b')}---\n`;
    expect(names(text)).toEqual(['a', 'b']);
    expect(lines(text)).toEqual([3, 10]);
  });

  test('may end in carriage returns and begin with a byte order mark', () => {
    const text = `\uFEFF${configMap('a')}---\n${configMap('b')}`.replaceAll('\n', '\r\n');
    expect(names(text)).toEqual(['a', 'b']);
    expect(lines(text)).toEqual([1, 6]);
  });

  test('of a list are its items, which take its kind when they have none', () => {
    const text = `apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web, namespace: shop}
- apiVersion: v1
  kind: List
  items:
  - {apiVersion: v1, kind: Service, metadata: {name: web}}
---
apiVersion: v1
kind: ConfigMapList
items:
- metadata: {name: a}
---
{apiVersion: v1, kind: List, items: null}
`;
    const { resources, gaps } = parseManifests(text, 'a.yaml');
    expect(gaps).toEqual([]);
    expect(resources.map(({ id }) => id)).toEqual([
      { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
      { group: '', kind: 'Service', namespace: '', name: 'web' },
      { group: '', kind: 'ConfigMap', namespace: '', name: 'a' },
    ]);
  });

  test('of JSON may follow one another', () => {
    const json = (name: string): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }, null, 1);
    expect(names(`${json('a')}\n${json('b')}${json('c')}`)).toEqual(['a', 'b', 'c']);
    expect(lines(`\n${json('a')}\n${json('b')}`)).toEqual([2, 9]);
  });

  test('of JSON keep integers of 64 bits', () => {
    const [resource] = parseManifests(
      '{"apiVersion":"v1","kind":"X","metadata":{"name":"a"},"n":9007199254740993}',
      'a.json',
    ).resources;
    expect(resource?.body['n']).toBe(9007199254740993n);
  });

  test('that begin with a brace may be YAML', () => {
    expect(
      names(
        '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}',
      ),
    ).toEqual(['a', 'b']);
  });

  test('lose the text of last-applied-configuration', () => {
    const text = `${configMap('a')}  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{"pw":"s3cret"}'\n    mine: x\n`;
    const [resource] = parseManifests(text, 'a').resources;
    expect(JSON.stringify(resource)).not.toContain('s3cret');
    expect(stringAt(resource?.body, 'metadata', 'annotations', 'mine')).toBe('x');
  });
});

describe('a broken document is a gap, and the others are read', () => {
  test.for([
    [
      'an open bracket',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec: [\n',
      'a.yaml line',
    ],
    [
      'a duplicate key',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {}\nspec: {}\n',
      'a.yaml line 10',
    ],
    [
      'a tab',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n\tx: 1\n',
      'a.yaml line 12',
    ],
    [
      'a template',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec: {{ .Values.spec }}\n',
      'a.yaml line',
    ],
  ])('%s, with the object it leaves unjudged', ([, broken, what]) => {
    const { resources, gaps } = parseManifests(`${configMap('a')}---\n${broken}---\n${configMap('b')}`, 'a.yaml');
    expect(resources.map(({ id }) => id.name)).toEqual(['a', 'b']);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.what).toContain(what);
    expect(gaps[0]?.scope).toEqual({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' });
  });

  test.for([
    ['a: 1', 'no apiVersion and kind'],
    ['[a]', 'a list, not an object'],
    ['just text', 'a text, not an object'],
    ['apiVersion: v1\nmetadata: {name: a}', 'kind is missing'],
    ['kind: X\nmetadata: {name: a}', 'apiVersion is missing'],
    ['apiVersion: v1\nkind: X', 'no metadata'],
    ['apiVersion: v1\nkind: X\nmetadata: {}', 'no name'],
    ['apiVersion: v1\nkind: X\nmetadata: {name: 12}', 'no name that is a text'],
    ['apiVersion: v1\nkind: X\nmetadata: {generateName: a-}', 'generateName'],
    ['apiVersion: v1\nkind: X\nmetadata: {name: a, namespace: n}', 'namespace is a boolean'],
    ['apiVersion: v1\nkind: XList\nitems: 3', 'items are no list'],
    ['--- {a: b}', 'follows the document separator'],
  ])('%j', ([text, why]) => {
    const { resources, gaps } = parseManifests(`${configMap('a')}---\n${text}`, 'a.yaml');
    expect(resources.map(({ id }) => id.name)).toEqual(['a']);
    expect(gaps.map((gap) => gap.why).join()).toContain(why);
  });

  test('a duplicate key in JSON too', () => {
    const text = '{"apiVersion":"v1","kind":"X","metadata":{"name":"a"},\n"spec":{"a":1,"b":{"a":2},\n"a":3}}';
    const { resources, gaps } = parseManifests(text, 'a.json');
    expect(resources).toEqual([]);
    expect(gaps).toMatchObject([
      { what: 'a.json line 3', why: 'the key “a” is there twice', scope: { kind: 'X', name: 'a' } },
    ]);
  });

  test('deep JSON', () => {
    const text = `{"apiVersion":"v1","kind":"X","metadata":{"name":"a"},"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    expect(parseManifests(text, 'a.json').gaps[0]?.why).toContain('100 levels');
  });

  test('many broken ones are counted instead of listed', () => {
    const { gaps } = parseManifests(Array.from({ length: 5000 }, () => 'a: 1').join('\n---\n'), 'a.yaml');
    expect(gaps).toHaveLength(51);
    expect(gaps.at(-1)?.what).toBe('a.yaml, 4950 more documents');
  });
});

test('a brace inside a JSON string, escaped quotes and a key that looks like a value confuse nobody', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'a' },
    data: { 'a"}': '}"{', b: ['a', 'a'], c: '\\' },
  };
  const { resources, gaps } = parseManifests(JSON.stringify(object).repeat(2), 'a.json');
  expect(gaps).toEqual([]);
  expect(resources.map(({ body }) => body)).toEqual([object, object]);
});
