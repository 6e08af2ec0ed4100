import { describe, expect, test } from 'vitest';
import {
  chartUrl,
  findMapping,
  isSameRepository,
  printableUrl,
  whyNotFollowed,
} from '../../../src/collectors/discovery/repository-url.ts';

describe('two URLs of one repository', () => {
  test.for([
    ['https://git.example.com/team/shop.git', 'https://git.example.com/team/shop', true],
    ['https://git.example.com/team/shop/', 'https://GIT.example.com/Team/shop', true],
    ['https://user:secret@git.example.com/team/shop', 'https://git.example.com/team/shop', true],
    ['git@git.example.com:team/shop.git', 'ssh://git@git.example.com/team/shop', true],
    ['git@git.example.com:/team/shop.git', 'ssh://git.example.com:22/team/shop', true],
    ['ssh://git.example.com:2222/team/shop', 'ssh://git.example.com/team/shop', false],
    ['https://git.example.com/team/shop', 'ssh://git.example.com/team/shop', false],
    ['https://git.example.com/team/shop', 'https://git.example.com/team/shop-two', false],
  ] as const)('%s and %s: %s', ([left, right, expected]) => {
    expect(isSameRepository(left, right)).toBe(expected);
  });

  test('the mapping that is written exactly so wins over one that means the same', () => {
    const mappings = [
      { url: 'https://git.example.com/shop', path: '/first' },
      { url: 'https://git.example.com/shop.git', path: '/second' },
    ];
    expect(findMapping('https://git.example.com/shop.git', mappings)?.path).toBe('/second');
    expect(findMapping('https://git.example.com/SHOP', mappings)?.path).toBe('/first');
    expect(findMapping('https://git.example.com/other', mappings)).toBeUndefined();
  });

  test('a chart of a chart repository has a URL of its own', () => {
    expect(chartUrl('https://charts.example.com/', 'podinfo')).toBe('https://charts.example.com/podinfo');
  });
});

describe('a URL in an object of the cluster', () => {
  test.for([
    'https://git.example.com/team/shop.git',
    'ssh://git@git.example.com/team/shop',
    'git@git.example.com:team/shop.git',
  ])('%s is followed', (url) => {
    expect(whyNotFollowed(url)).toBeNull();
  });

  test.for([
    'file:///etc',
    'FILE:///srv/git/secrets.git',
    '/etc',
    '../other',
    'ext::sh -c id',
    'fd::3',
    'http://git.example.com/shop',
    'git://git.example.com/shop',
    '-uploadpack=x',
    'https://-oProxyCommand=x/y',
    'git@git.example.com:-x',
    'https://git.example.com/shop#other',
    'https://git.example.com/shop\n',
    '',
  ])('%j is not', (url) => {
    expect(whyNotFollowed(url)).not.toBeNull();
  });

  test('is printed without a password and without what a terminal would act on', () => {
    expect(printableUrl('https://user:secret@git.example.com/a\u001B[2J')).toBe('https://git.example.com/a\uFFFD[2J');
  });
});
