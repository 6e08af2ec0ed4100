import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../src/resource/linear-pattern.ts';

describe('a pattern', () => {
  test.for([
    ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', ['a', 'a-b', 'shop-1'], ['', '-a', 'a-', 'A']],
    ['^(\\d+(\\.\\d+)?)([mKMG]i?)?$', ['1', '1.5Gi', '100m'], ['x', '1.', '1Gib']],
    ['^(a|b|cd)+$', ['a', 'cdab'], ['', 'c', 'abc']],
    ['web', ['web', 'a web b'], ['we']],
    ['^(?:web-.*|.*-db)$', ['web-1', 'orders-db'], ['web', 'db-1']],
    ['^(?P<year>\\d{4})-\\d{2,3}$', ['2026-11', '2026-112'], ['2026-1', '2026-1234']],
    ['^[^]a-]$', ['b', '^'], ['a', ']', '-', 'bb']],
    ['^[[:alpha:]_][[:alnum:]]*?$', ['a1', '_'], ['1a']],
    ['^$', [''], ['a']],
    ['^\\S+@\\S+$', ['a@b'], ['a b@c']],
    ['a{0}b', ['b'], ['a']],
    ['^(|a)$', ['', 'a'], ['b']],
    ['^\\p$', null, null],
    ['(?i)a', null, null],
    ['(?=a)', null, null],
    ['a{2,1}', null, null],
    ['a**', null, null],
    ['(a', null, null],
    ['[b-a]', null, null],
    ['(((((a{10}){10}){10}){10}){10})', null, null],
  ] as const)('%s', ([pattern, yes, no]) => {
    const compiled = compilePattern(pattern);
    if (yes === null) {
      expect(compiled).toBeUndefined();
      return;
    }
    expect(yes.filter((text) => compiled?.test(text) !== true)).toEqual([]);
    expect(no.filter((text) => compiled?.test(text) !== false)).toEqual([]);
  });

  test.for(['^(a+)+$', '^(a|a)+$', '^(a?){50}a{50}$', '(.*.*.*.*.*)*x$', '^(a|ab|b)*c$'])(
    'A40: %s takes no longer for a text that was made for it',
    (pattern) => {
      expect(compilePattern(pattern)?.test(`${'ab'.repeat(1_000)}!`)).toBe(false);
      expect(compilePattern(pattern)?.test(`${'a'.repeat(2_000)}!`)).toBe(false);
    },
  );

  test('says what the engine of JavaScript says, of short texts', () => {
    const part = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '(?:ab)', '\\d', '^', '$');
    const repeated = fc
      .tuple(part, fc.constantFrom('', '', '*', '+', '?', '{2}', '{0,2}', '*?'))
      .map(([one, times]) => (one === '^' || one === '$' ? one : one + times));
    const anyPattern = fc.array(repeated, { maxLength: 6 }).map((parts) => parts.join(''));
    const anyText = fc.array(fc.constantFrom('a', 'b', 'c', '1', '\n'), { maxLength: 6 }).map((all) => all.join(''));
    fc.assert(
      fc.property(anyPattern, anyText, (pattern, text) => {
        expect([pattern, text, compilePattern(pattern)?.test(text)]).toEqual([
          pattern,
          text,
          new RegExp(pattern).test(text),
        ]);
      }),
      { numRuns: 2_000 },
    );
  });
});
