import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readYamlDocument, YamlProblem } from '../../src/collectors/kubernetes-yaml.ts';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { formatJson } from '../../src/resource/json.ts';
import { judgeOne, paths } from '../drift/pairs.ts';

const configMap = (name: string, rest: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\n${rest}`;

/** Everything that a file says, as names and reasons. */
function read(text: string): { readonly names: readonly string[]; readonly gaps: readonly string[] } {
  const { resources, gaps } = parseManifests(text, 'a.yaml');
  return { names: resources.map(({ id }) => id.name), gaps: gaps.map(({ why }) => why) };
}

describe('A15: a manifest made to grow', () => {
  test('of a million documents is read, and what is no object is counted', { timeout: 60_000 }, () => {
    const { resources, gaps } = parseManifests('---\n'.repeat(1_000_000) + configMap('a', ''), 'a.yaml');
    expect([resources.length, gaps.length]).toEqual([1, 0]);
    const many = parseManifests('a: 1\n---\n'.repeat(100_000), 'a.yaml');
    expect(many.gaps.at(-1)?.what).toMatch(/^a\.yaml, \d+ more documents$/);
  });

  test('of one large text is read', () => {
    const [large] = parseManifests(
      configMap('a', `data: {k: "${'x'.repeat(15 * 1024 * 1024)}"}\n`),
      'a.yaml',
    ).resources;
    expect(formatJson(large?.body).length).toBeGreaterThan(15 * 1024 * 1024);
  });
});

describe('A16: keys of the ancestry of every object', () => {
  const hostile = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"prototype":"p"}';

  test.for(['yaml', 'json'])('in %s stay keys, at every depth, and a difference in one is told', (form) => {
    const of = (value: string): string => {
      const data = hostile.replace('"p"', `"${value}"`);
      return form === 'json'
        ? `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a","namespace":"shop","labels":{"__proto__":"x"}},"spec":${data}}`
        : `apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a, namespace: shop, labels: {__proto__: x}}\nspec: ${data}\n`;
    };
    expect(judgeOne(of('p'), of('p')).verdict).toBe('in-sync');
    expect(paths(judgeOne(of('p'), of('q')))).toEqual(['~spec.prototype']);
    const gone = of('p').replace('"__proto__":{"polluted":true},', '');
    expect(paths(judgeOne(of('p'), gone))).toEqual(['-spec.__proto__']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

test('A17: an object with a key twice tells whom it works with, and is not judged', () => {
  const twice = configMap('a', 'data: {k: x}\ndata: {k: z}\n');
  const { resources, entities } = parseManifests(twice, 'a.yaml');
  expect(resources).toEqual([]);
  expect(entities?.map(({ id, body }) => [id.name, body['data']])).toEqual([['a', { k: 'z' }]]);
  const json =
    '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}, "data": {"k": "1"}, "data": {"k": "2"}}';
  expect(parseManifests(json, 'b.json').entities?.map(({ body }) => body['data'])).toEqual([{ k: '2' }]);
});

test('A17: a key that is there twice is a gap at its line, and never silently the last one', () => {
  expect(read(`${configMap('a', 'data: {k: x}\ndata: {k: y}\n')}---\n${configMap('b', '')}`)).toEqual({
    names: ['b'],
    gaps: ['duplicated mapping key'],
  });
});

test.for([
  '!!js/function "function(){}"',
  '!!js/regexp /a/',
  '!!js/undefined ""',
  '!!python/object/apply:os.system [ls]',
  '!mine x',
  '!!set {a, b}',
  '!!omap [a: 1]',
  '!!pairs [a: 1]',
])('A18: the tag %s is refused', (value) => {
  const { names, gaps } = read(configMap('a', `data: {k: ${value}}\n`));
  expect(names).toEqual([]);
  expect(gaps).toEqual([expect.stringMatching(/tag/)]);
});

test('A18: a binary text of megabytes is read as the text it is, as kubectl does', () => {
  const text = Buffer.alloc(8 * 1024 * 1024, 'ab').toString('base64');
  expect(readYamlDocument(`k: !!binary ${text}\n`)).toEqual({ k: 'ab'.repeat(4 * 1024 * 1024) });
});

describe('A19: characters', () => {
  test.for([
    ['a byte order mark', `\uFEFF${configMap('a', '')}`],
    ['carriage returns', configMap('a', 'data: {k: v}\n').replaceAll('\n', '\r\n')],
    ['line separators within a text', configMap('a', 'data: {k: "x\u2028y\u0085z"}\n')],
    ['tabs after a value', configMap('a', 'data: {k: v}\t\n')],
  ] as const)('%s are read', ([, text]) => {
    expect(read(text)).toEqual({ names: ['a'], gaps: [] });
  });

  test.for([
    ['a NUL', configMap('a', 'data: {k: "\u0000"}\n')],
    ['a tab as indentation', configMap('a', 'data:\n\tk: v\n')],
    ['a control character', configMap('a', 'data: {k: "\u0007"}\n')],
  ] as const)('%s makes one document unreadable and takes no other with it', ([, text]) => {
    const { names, gaps } = read(`${text}---\n${configMap('b', '')}`);
    expect([names, gaps.length]).toEqual([['b'], 1]);
  });

  test('a lone surrogate is compared as what it is', () => {
    const of = (value: string): string =>
      `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"},"data":{"k":"${value}"}}`;
    expect(judgeOne(of(String.raw`\ud800`), of(String.raw`\ud800`)).verdict).toBe('in-sync');
    expect(paths(judgeOne(of(String.raw`\ud800`), of('x')))).toEqual(['~data.k']);
  });
});

describe('A20: an object of the wrong shape', () => {
  const base = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n';

  test('is quarantined, and those beside it are read', () => {
    const broken = [
      'apiVersion: v1\nkind: List\nitems: null\n',
      'apiVersion: v1\nkind: List\nitems: [null, 3, [], {}]\n',
      'apiVersion: [v1]\nkind: {a: b}\nmetadata: {name: x}\n',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: []\n',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {}}\n',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ""}\n',
    ];
    const { names } = read([...broken, configMap('good', '')].join('---\n'));
    expect(names).toEqual(['good']);
  });

  const members =
    'spec template metadata containers name image env ports selector strategy replicas labels annotations'.split(' ');
  const anyValue = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 'x', '', '1Gi', [], {}),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...members), tie('value'), { maxKeys: 4 }),
    ),
  })).value;

  test('is judged without a throw, whatever stands where, and equals itself', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (one, other) => {
        const of = (spec: unknown): string => `${base}spec: ${JSON.stringify(spec)}\n`;
        expect(judgeOne(of(one), of(other)).kind).toBe('Deployment');
        expect(judgeOne(of(one), of(one)).differences).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('without uid, version or owner is judged all the same', () => {
    const live = `${base.replace('shop}', 'shop, managedFields: {a: b}, ownerReferences: 7, resourceVersion: []}')}spec: {replicas: 2}\n`;
    expect(paths(judgeOne(`${base}spec: {replicas: 1}\n`, live))).toContain('~spec.replicas');
  });
});

test('A21: no annotation of a live object hides a difference', () => {
  const desired = configMap('a', 'data: {k: x}\n');
  const annotations =
    '{mooring.dev/ignore: "true", mooring.dev/owner: other, mooring.dev/mute: "9999-01-01", argocd.argoproj.io/compare-options: IgnoreExtraneous}';
  const live = desired.replace('shop}', `shop, annotations: ${annotations}}`).replace('k: x', 'k: y');
  expect(paths(judgeOne(desired, live))).toContain('~data.k');
});

test('A40: texts made for slow expressions are read in a moment', () => {
  const texts = [
    `${'a'.repeat(50_000)}!`,
    `${'1'.repeat(50_000)}x`,
    `${'0.'.repeat(20_000)}Gi`,
    '- '.repeat(20_000),
    `${'1h'.repeat(20_000)}x`,
    `${'registry.example.com/'.repeat(3_000)}:x@sha256:`,
    `"${'\\\\'.repeat(20_000)}"`,
  ];
  for (const text of texts) {
    try {
      readYamlDocument(`k: ${text}\n`);
    } catch (error) {
      expect(error).toBeInstanceOf(YamlProblem);
    }
    const quoted = JSON.stringify(text);
    const of = (value: string): string =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        image: ${value}\n        resources: {limits: {cpu: ${value}}}\n        livenessProbe: {httpGet: {port: ${value}}}\n`;
    judgeOne(of(quoted), of('"x"'));
  }
});
