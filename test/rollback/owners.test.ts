import { assert, constantFrom, array, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../src/rollback/owner-glob.ts';
import { ownersOf, parseOwners } from '../../src/rollback/owners.ts';

describe('a pattern of CODEOWNERS', () => {
  it.each<[string, string, boolean]>([
    ['*', 'a.yaml', true],
    ['*', 'deep/down/a.yaml', true],
    ['*.js', 'a/b.js', true],
    ['*.js', 'a/b.ts', false],
    ['/build/logs/', 'build/logs/x', true],
    ['/build/logs/', 'build/logs/deep/x', true],
    ['/build/logs/', 'build/logs', false],
    ['/build/logs/', 'a/build/logs/x', false],
    ['docs/*', 'docs/a.md', true],
    ['docs/*', 'docs/deep/a.md', false],
    ['docs/*', 'x/docs/a.md', false],
    ['apps/', 'apps/x', true],
    ['apps/', 'a/apps/x/y', true],
    ['/docs', 'docs/a/b', true],
    ['/docs', 'docs', true],
    ['**/logs', 'build/logs/x', true],
    ['**/logs', 'logs/x', true],
    ['/apps/**/web.yaml', 'apps/web.yaml', true],
    ['/apps/**/web.yaml', 'apps/a/b/web.yaml', true],
    ['/apps/web.yaml', 'apps/web.yaml', true],
    ['/apps/w?b.yaml', 'apps/web.yaml', true],
    ['web.yaml', 'apps/web.yaml', true],
    ['web', 'apps/web/x.yaml', true],
    ['(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', false],
  ])('%s on %s: %s', (pattern, file, fits) => {
    expect(matchesGlob(pattern, file)).toBe(fits);
  });

  it('of stars alone ends', () => {
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(4_000))).toBe(false);
    expect(matchesGlob(`/${'**/'.repeat(60)}x`, `${'a/'.repeat(200)}b`)).toBe(false);
  });
});

describe('CODEOWNERS', () => {
  it('gives the last rule that fits the word', () => {
    const owners = parseOwners('# all\n* @ops\n/apps/ @org/apps pat@example.org # why\n/apps/free/\n', 'github');
    expect(owners.problems).toEqual([]);
    expect(ownersOf(['x.yaml'], owners)).toEqual(['ops']);
    expect(ownersOf(['apps/web.yaml'], owners)).toEqual(['org/apps', 'pat@example.org']);
    expect(ownersOf(['apps/free/web.yaml'], owners)).toEqual([]);
    expect(ownersOf(['apps/web.yaml', 'x.yaml'], owners)).toEqual(['org/apps', 'pat@example.org', 'ops']);
  });

  it('tells a bad line and keeps the others', () => {
    const owners = parseOwners('* @ops\n!x @a\n[ab] @a\n/web nobody\n/a\\ b @space\n', 'github');
    expect(owners.problems).toEqual([
      'line 2: a pattern cannot be turned round with !',
      'line 3: brackets have no meaning in a pattern',
      'line 4: "nobody" is no owner',
    ]);
    expect(ownersOf(['web'], owners)).toEqual(['ops']);
    expect(ownersOf(['a b'], owners)).toEqual(['space']);
  });

  it('of GitLab lets each section have its own last word, with its default owners', () => {
    const text = '* @all\n\n[Data Bases][2] @dba\ndb/\ndb/x @pat\n\n^[Docs] @writers\ndocs/\n';
    const owners = parseOwners(text, 'gitlab');
    expect(owners.problems).toEqual([]);
    expect(ownersOf(['db/x'], owners)).toEqual(['all', 'pat']);
    expect(ownersOf(['db/y'], owners)).toEqual(['all', 'dba']);
    expect(ownersOf(['docs/y'], owners)).toEqual(['all', 'writers']);
  });

  it('never throws, whatever it holds', () => {
    const piece = constantFrom('*', '**', '/', '@a', '[', ']', '\\', '#', ' ', '\n', '^[x]', 'a@b.c', '__proto__');
    const lines = array(constantFrom('', '*', '@'), { maxLength: 5 });
    const whole = property(array(piece, { maxLength: 60 }), string(), lines, (pieces, more, tail) => {
      for (const dialect of ['github', 'gitlab'] as const) {
        const parsed = parseOwners([...pieces, more, ...tail].join(''), dialect);
        expect(ownersOf(['a/b', '__proto__', more], parsed).every((owner) => !owner.startsWith('@'))).toBe(true);
      }
    });
    assert(whole, { seed: 7, numRuns: 300 });
  });
});
