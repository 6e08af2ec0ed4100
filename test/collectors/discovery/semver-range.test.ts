import { describe, expect, test } from 'vitest';
import { highestInRange, isRange } from '../../../src/collectors/discovery/semver-range.ts';

const tags = ['v1.0.0', '1.2.3', '1.2.10', 'v1.3.0-rc.1', '2.0.0', '2.1.0', 'nope', '0.2.5', '0.2.9', '0.3.0'];

describe('a range of versions', () => {
  test.for([
    ['1.x', '1.2.10'],
    ['1.2.*', '1.2.10'],
    ['*', '2.1.0'],
    ['>=1.0.0 <2', '1.2.10'],
    ['>=1.0.0, <2.0.0', '1.2.10'],
    ['^1.2', '1.2.10'],
    ['^0.2.3', '0.2.9'],
    ['~1.2', '1.2.10'],
    ['~1', '1.2.10'],
    ['>=1.3.0-0 <2', 'v1.3.0-rc.1'],
    ['1.0 - 2.0', '2.0.0'],
    ['<=1', '1.2.10'],
    ['>2', undefined],
    ['>1', '2.1.0'],
    ['!=2.1.0', '2.0.0'],
    ['<1 || 2.0.x', '2.0.0'],
    ['3.x', undefined],
  ] as const)('%s picks %s', ([range, expected]) => {
    expect(highestInRange(range, tags)).toBe(expected);
  });

  test.for([
    ['1.x', true],
    ['>=1', true],
    ['v1.2.3', false],
    ['1.2.3', false],
    ['main', false],
    ['release-1.2', false],
    ['HEAD', false],
    ['', false],
    ['8700e32', false],
  ] as const)('%s is a range: %s', ([text, expected]) => {
    expect(isRange(text)).toBe(expected);
  });

  test('versions are ordered by number, and a pre-release comes before its release', () => {
    expect(highestInRange('>=1.0.0-0', ['1.0.0-rc.2', '1.0.0-rc.10', '1.0.0-alpha'])).toBe('1.0.0-rc.10');
    expect(highestInRange('>=1.0.0-0', ['1.0.0-rc.2', '1.0.0'])).toBe('1.0.0');
  });
});
