import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { judgeAll } from './pairs.ts';

function custom(name: string, spec: JsonValue): Resource {
  const body: JsonObject = { apiVersion: 'hard.example/v1', kind: 'Hard', metadata: { name, namespace: 'shop' }, spec };
  return {
    id: { group: 'hard.example', kind: 'Hard', namespace: 'shop', name },
    apiVersion: 'hard.example/v1',
    body,
    origin: { file: 'hard.yaml', line: 1 },
  };
}

function nested(depth: number, leaf: JsonValue): JsonValue {
  let value = leaf;
  for (let level = 0; level < depth; level += 1) value = { inner: value };
  return value;
}

function pathsOf(desired: JsonValue, live: JsonValue): readonly string[] {
  const [declared, present] = [custom('it', desired), custom('it', live)];
  const [report] = judgeAll({ desired: [declared], live: [{ ...present, origin: null }] }).values();
  return report?.differences.map(({ change, path }) => `${change} ${path}`) ?? ['nothing was judged'];
}

const many = Array.from({ length: 5_000 }, (_, index) => `rule-${index}`);
const objects = many.map((name) => ({ name, ports: [{ number: 80 }], when: { method: 'GET' } }));
const large = Object.fromEntries(Array.from({ length: 1_400 }, (_, index) => [`key-${index}`, 'x'.repeat(1_000)]));

describe('an object that is hard to compare', () => {
  it('of 1.4 MB is judged to the letter', () => {
    expect(pathsOf({ data: large }, { data: large })).toEqual([]);
    expect(pathsOf({ data: large }, { data: { ...large, 'key-700': 'y' } })).toEqual(['changed spec.data.key-700']);
  });

  it('nested 64 levels deep is judged at its depth', () => {
    const path = `spec.${Array.from({ length: 64 }, () => 'inner').join('.')}`;
    expect(pathsOf(nested(64, 'a'), nested(64, 'a'))).toEqual([]);
    expect(pathsOf(nested(64, 'a'), nested(64, 'b'))).toEqual([`changed ${path}`]);
  });

  it('with 5,000 list elements says what was put in, taken out and changed', () => {
    expect(pathsOf({ rules: many }, { rules: ['new', ...many] })).toEqual(['added spec.rules[0]']);
    expect(pathsOf({ rules: many }, { rules: many.filter((_, index) => index !== 2_500) })).toEqual([
      'removed spec.rules[2500]',
    ]);
    const changed = objects.map((rule, index) => (index === 4_000 ? { ...rule, when: { method: 'POST' } } : rule));
    expect(pathsOf({ rules: objects }, { rules: changed })).toEqual(['changed spec.rules[4000].when.method']);
  });

  it('with 5,000 elements of which one was carried to the other end names that one', () => {
    const [first = '', ...rest] = many;
    expect(pathsOf({ rules: many }, { rules: [...rest, first] })).toEqual(['changed spec.rules']);
    expect(pathsOf({ rules: many }, { rules: [...rest.slice(0, 99), 'new', ...rest.slice(99), first] })).toEqual([
      'removed spec.rules[0]',
      'added spec.rules[99]',
      'added spec.rules[5000]',
    ]);
  });

  it('with 5,000 elements of which none is the same is judged as well', () => {
    const others = many.map((name) => `other-${name}`);
    expect(pathsOf({ rules: many }, { rules: others }).length).toBeGreaterThan(0);
    expect(pathsOf({ rules: many }, { rules: many.toReversed() })).toEqual(['changed spec.rules']);
  });
});
