import { describe, expect, test } from 'vitest';
import { keyText, readYamlDocument, YamlProblem } from '../../src/collectors/kubernetes-yaml.ts';
import { scalars } from './scalar-table.ts';

const problemOf = (text: string): YamlProblem => {
  try {
    readYamlDocument(text);
  } catch (error) {
    if (error instanceof YamlProblem) return error;
    throw error;
  }
  throw new Error('it was read');
};

describe('A17: a plain scalar is read as kubectl reads it', () => {
  test.for(scalars)('%s', ([source, expected]) => {
    expect(readYamlDocument(`a: ${source}\n`)).toEqual({ a: expected });
  });
});

describe('a key is read as kubectl reads it', () => {
  test.for([
    ['yes', 'true'],
    ['on', 'true'],
    ['n', 'false'],
    ['010', '8'],
    ['1.5', '1.5'],
    ['1.25e9', '1250000000'],
    ['"on"', 'on'],
    ['2026-01-02', '2026-01-02'],
  ] as const)('%s', ([source, expected]) => {
    expect(readYamlDocument(`${source}: x\n`)).toEqual({ [expected]: 'x' });
  });

  test('a number that is no integer is printed as Go prints it', () => {
    expect([1234567.5, 0.00001, 0.5].map(keyText)).toEqual(['1.2345675e+06', '1e-05', '0.5']);
  });
});

describe('structure', () => {
  test('merge keys bring in what the object does not say itself', () => {
    const text = 'base: &b {cpu: 1, memory: 2}\nmine:\n  <<: *b\n  cpu: 3\n';
    expect(readYamlDocument(text)).toEqual({ base: { cpu: 1, memory: 2 }, mine: { cpu: 3, memory: 2 } });
  });

  test.for([
    ['base: &b {x: 1, y: 2}\nmine: {<<: *b, y: 3}\n', { x: 1, true: 3 }],
    ['base: &b {on: 1, 8: 2}\nmine: {<<: *b, yes: 3, 8: 4}\n', { true: 3, 8: 4 }],
    ['base: &b {n: 1}\nmine: {<<: *b}\n', { false: 1 }],
  ] as const)('a merged key gives way to one that reads the same, whatever its type: %j', ([text, expected]) => {
    expect(readYamlDocument(text)).toMatchObject({ mine: expected });
  });

  test.for(['{y: 1, yes: 2}', '{8: 1, 8: 2}'])('keys that read the same are still duplicates: %s', (text) => {
    expect(() => readYamlDocument(text)).toThrow('duplicated mapping key');
  });

  test('A16: __proto__ is an ordinary key and changes no prototype', () => {
    const value = readYamlDocument('__proto__: {polluted: yes}\nconstructor: a\n');
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('what follows "..." is another document, which kubectl does not read', () => {
    expect(readYamlDocument('a: 1\n...\nb: 2\n')).toEqual({ a: 1 });
  });

  test.for([
    ['a: 1\nb: 2\na: 3\n', 'duplicated mapping key', 2],
    ['a: 1\nb: [\n', 'deficient indentation', 2],
    ['a: !!js/function "x"\n', 'unknown scalar tag', 0],
    ['a: !mine x\n', 'unknown scalar tag', 0],
    ['a: .inf\n', 'no number that JSON can express', 0],
    ['? [a]\n: b\n', 'no key of an object', 0],
    ['~: b\n', 'null is no key', 0],
    ['a: "\u0000"\n', 'null byte', 0],
  ] as const)('%j is refused', ([text, why, line]) => {
    const problem = problemOf(text);
    expect(problem.message).toContain(why);
    expect(problem.line).toBe(line);
  });

  test('of duplicate keys the last counts when that is asked for', () => {
    expect(readYamlDocument('a: 1\na: 2\n', true)).toEqual({ a: 2 });
  });
});

describe('A15: hostile documents are refused by name', () => {
  const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]', ...levels(9)].join('\n');

  test.for([
    ['aliases that multiply', bomb, 'aliases expand it'],
    ['an alias of itself', 'a: &a [*a]\n', 'aliases nest it'],
    ['10,000 nested lists', `a: ${'['.repeat(10_000)}`, 'nesting exceeded'],
    ['merge keys without end', mergeChain(), 'merge'],
  ] as const)('%s', ([, text, why]) => {
    const problem = problemOf(text);
    expect(problem.message).toContain(why);
    expect(problem.hostile).toBe(true);
  });

  test('100 levels are still read', () => {
    const text = `a: ${'['.repeat(98)}${']'.repeat(98)}\n`;
    expect(() => readYamlDocument(text)).not.toThrow();
  });
});

function levels(count: number): readonly string[] {
  return Array.from({ length: count }, (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(10)}]`);
}

function mergeChain(): string {
  const keys = Array.from({ length: 200 }, (_, key) => `k${key}: 1`).join(', ');
  const rest = Array.from({ length: 100 }, (_, level) => `m${level + 1}: &m${level + 1} {<<: *m${level}}`);
  return [`m0: &m0 {${keys}}`, ...rest].join('\n');
}
