import { describe, expect, test } from 'vitest';
import { expandVariables } from '../../../../src/collectors/discovery/render/expand-variables.ts';
import { substituteVariables } from '../../../../src/collectors/discovery/render/substitute-variables.ts';
import type { Substitution } from '../../../../src/collectors/discovery/discovered-source.ts';
import { firstOf, live } from '../live-objects.ts';

const values: Readonly<Record<string, string>> = {
  name: 'north-1',
  file: 'a.b.c',
  path: '/x/y/z',
  text: 'abcABCabc',
  empty: '',
};

describe('an expression of postBuild', () => {
  test.for([
    ['${name}', 'north-1'],
    ['a ${name} b ${name}', 'a north-1 b north-1'],
    ['${unknown}', ''],
    ['$name stays, $5 too', '$name stays, $5 too'],
    ['$${name}', '${name}'],
    ['$$name', '$name'],
    ['${unknown:-x}', 'x'],
    ['${empty:-x}', 'x'],
    ['${name:-x}', 'north-1'],
    ['${unknown:=x}', 'x'],
    ['${unknown=x}', 'x'],
    ['${unknown:=}', ''],
    ['${unknown:=${name}-a}', 'north-1-a'],
    ['${#name}', '7'],
    ['${name^}', 'North-1'],
    ['${name^^}', 'NORTH-1'],
    ['${text,,}', 'abcabcabc'],
    ['${name:6}', '1'],
    ['${name:0:5}', 'north'],
    ['${name:-1:0}', 'north-1'],
    ['${file#*.}', 'b.c'],
    ['${file##*.}', 'c'],
    ['${file%.*}', 'a.b'],
    ['${file%%.*}', 'a'],
    ['${path##*/}', 'z'],
    ['${text/abc/x}', 'xABCabc'],
    ['${text//abc/x}', 'xABCx'],
    ['${text/#abc/x}', 'xABCabc'],
    ['${text/%abc/x}', 'abcABCx'],
    ['${path//\\//-}', '-x-y-z'],
    ['${text/abc/}', 'ABCabc'],
    ['${text/abc/$&}', '$&ABCabc'],
  ] as const)('%s is %j', ([text, expected]) => {
    expect(expandVariables(text, (name) => values[name])).toBe(expected);
  });

  test.for(['${}', '${name', '${name-x}', '${name!}', '${name/abc}', '${ name }', '${a:='.repeat(30)])(
    '%s fails the build, as in Flux',
    (text) => {
      expect(() => expandVariables(text, (name) => values[name])).toThrow();
    },
  );
});

const substitution = (
  variables: Readonly<Record<string, string>>,
  hidden: readonly string[] | null = [],
): Substitution => ({
  variables,
  hidden,
  always: false,
});

const map = (data: string, metadata = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: shop${metadata} }\n${data}\n`;

describe('variables in objects', () => {
  test('become what their text is: a number, a boolean, several lines', () => {
    const resource = firstOf(
      map(
        'data: { a: "${TEXT}", b: "x ${TEXT}" }\nreplicas: "${NUMBER}"\nflag: "${FLAG}"\nquoted: "\'${NUMBER}\'"\n"${TEXT}-key": 1',
      ),
    );
    const { resources } = substituteVariables(
      [resource],
      substitution({ TEXT: 'hello', NUMBER: '3', FLAG: 'true' }),
      'Kustomization a',
    );
    expect(resources[0]?.body).toEqual({
      ...resource.body,
      data: { a: 'hello', b: 'x hello' },
      replicas: 3,
      flag: true,
      quoted: "'3'",
      '${TEXT}-key': undefined,
      'hello-key': 1,
    });
  });

  test('leave every other value what it is', () => {
    const tricky = map(
      'data: { a: "yes", b: "0644", c: "1e3", d: "", e: "~", f: "0o7", g: "12:30", h: " x ", i: "a: b", j: "#c", k: "l1\\nl2\\n", l: "<<", m: "1_000", n: "it\'s" }\nbig: 12345678901234567890\nnone: null\nlist: []\nused: "${X}"',
    );
    const resource = firstOf(tricky);
    const { resources } = substituteVariables([resource], substitution({ X: 'x' }), 'a');
    expect(resources[0]?.body).toEqual({ ...resource.body, used: 'x' });
  });

  test('are not put into objects that switch it off by label or annotation', () => {
    const off = ', annotations: { kustomize.toolkit.fluxcd.io/substitute: disabled }';
    const resource = firstOf(map('data: { a: "${X}" }', off));
    expect(substituteVariables([resource], substitution({ X: 'x' }), 'a').resources).toEqual([resource]);
  });

  test('are not looked for when there are none, unless that is asked for', () => {
    const resource = firstOf(map('data: { a: "${X:=d}" }'));
    expect(substituteVariables([resource], substitution({}), 'a').resources).toEqual([resource]);
    const always = substituteVariables([resource], { ...substitution({}), always: true }, 'a');
    expect(always.resources[0]?.body['data']).toEqual({ a: 'd' });
  });

  test('of a Secret leave exactly what they fill without a judgement', () => {
    const resource = firstOf(map('data: { a: "${TOKEN}", b: "${X}", c: plain }'));
    const read = substituteVariables([resource], substitution({ X: 'x' }, ['TOKEN']), 'a');
    expect(read.unstable).toEqual([{ resource: 'v1/ConfigMap/shop/a', path: 'data.a' }]);
    expect(read.resources[0]?.body['data']).toMatchObject({ b: 'x', c: 'plain' });
    const any = substituteVariables([resource], substitution({ X: 'x' }, null), 'a');
    expect(any.unstable.map(({ path }) => path)).toEqual(['data.a']);
  });

  test('of a Secret in a name make an object that nobody knows', () => {
    const [named, plain] = live(map('data: { a: b }').replace('name: a', 'name: "x-${TOKEN}"'), map('data: { a: b }'));
    const read = substituteVariables(
      [named, plain].filter((each) => each !== undefined),
      substitution({}, ['TOKEN']),
      'Kustomization k',
    );
    expect(read.resources.map(({ id }) => id.name)).toEqual(['a']);
    expect(read.gaps.map(({ why }) => why)).toEqual([
      'a value of a Secret is part of its name, and those are not read',
    ]);
  });

  test('that break an object break the build, as in Flux', () => {
    const resource = firstOf(map('data: { a: "${X}" }'));
    expect(() => substituteVariables([resource], substitution({ X: 'a: b: c' }), 'Kustomization k')).toThrow(
      /variables cannot be put into ConfigMap shop\/a/,
    );
  });
});
