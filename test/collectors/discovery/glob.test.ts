import { describe, expect, test } from 'vitest';
import { matchesGlob } from '../../../src/collectors/discovery/glob.ts';

describe('a glob', () => {
  test.for([
    ['*.yaml', 'a.yaml', '/', true],
    ['*.yaml', 'a/b.yaml', '/', false],
    ['*.yaml', 'a/b.yaml', null, true],
    ['apps/*', 'apps/web', '/', true],
    ['apps/*', 'apps/web/deeper', '/', false],
    ['**/config.json', 'config.json', '/', true],
    ['**/config.json', 'a/b/config.json', '/', true],
    ['**/config.json', 'a/xconfig.json', '/', false],
    ['a/**/b', 'a/b', '/', true],
    ['a/**/b', 'a/x/y/b', '/', true],
    ['a/**/b', 'a/xb', '/', false],
    ['a/**', 'a/x/y', '/', true],
    ['{a,b{c,d}}.yaml', 'bd.yaml', null, true],
    ['{a,b{c,d}}.yaml', 'b.yaml', null, false],
    ['{x}', 'x', null, true],
    ['[a-c]1', 'b1', '/', true],
    ['[!a-c]1', 'b1', '/', false],
    ['[^a]', 'b', '/', true],
    ['a?c', 'abc', '/', true],
    ['a?c', 'a/c', '/', false],
    ['a\\*c', 'a*c', '/', true],
    ['a\\*c', 'abc', '/', false],
    ['[unclosed', '[unclosed', '/', true],
    ['', '', '/', true],
    ['*', '', '/', true],
  ] as const)('%s fits %s (separator %s): %s', ([pattern, text, separator, expected]) => {
    expect(matchesGlob(pattern, text, { separator })).toBe(expected);
  });

  test('made to take for ever takes no longer than its size', () => {
    const pattern = `${'*a'.repeat(500)}b`;
    expect(matchesGlob(pattern, 'a'.repeat(2_000), { separator: null })).toBe(false);
    expect(matchesGlob('{a,b}'.repeat(20), 'a'.repeat(20), { separator: null })).toBe(false);
  });
});
