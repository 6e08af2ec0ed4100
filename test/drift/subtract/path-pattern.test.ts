import { describe, expect, test } from 'vitest';
import { patternCovers, wordMatches } from '../../../src/drift/subtract/path-pattern.ts';

describe('the path of a rule', () => {
  test.for([
    ['spec.replicas', 'spec.replicas', true],
    ['spec.replicas', 'spec.replicasMore', false],
    ['spec', 'spec.template.spec', true],
    ['spec.template', 'spec', false],
    ['spec.*.name', 'spec.a.name', true],
    ['spec.*.name', 'spec.a.b.name', false],
    ['spec.**.name', 'spec.a.b.name', true],
    ['**', 'spec.a', true],
    ['spec.containers[*].image', 'spec.containers[name=web].image', true],
    ['spec.containers[*].image', 'spec.containers[name=web].env[name=A].value', false],
    ['spec.rules[*].http', 'spec.rules[host=shop.example.com].http', true],
    ['metadata.annotations.*', 'metadata.annotations."example.com/a.b"', true],
    ['metadata.annotations.*.x', 'metadata.annotations."example.com/a".x', true],
    ['metadata.annotations."example', 'metadata.annotations."example.com/a"', false],
    // A star that can go no further gives way to the double star before it.
    ['**.a*.b', 'x.ab.c.ay.b', true],
    ['**.env[*].value', 'spec.containers[name=env].env[name=A].value', true],
    ['spec.**.x.*.y', 'spec.x.a.b.x.c.y', true],
    ['*', 'spec', true],
  ] as const)('%s covers %s: %s', ([pattern, path, expected]) => {
    expect(patternCovers(pattern, path)).toBe(expected);
  });

  test('A40: a pattern made to search for ever is answered within a number of steps', () => {
    const path = `${'a'.repeat(20)}.`.repeat(40);
    expect(patternCovers(`${'**a'.repeat(60)}!`, path)).toBe(false);
    expect(patternCovers(`${'*a'.repeat(200)}!`, 'a'.repeat(2_000))).toBe(false);
  });

  test('words take a star anywhere', () => {
    expect(wordMatches('Deploy*', 'Deployment')).toBe(true);
    expect(wordMatches('*-db', 'orders-db')).toBe(true);
    expect(wordMatches('db', 'orders-db')).toBe(false);
  });
});
