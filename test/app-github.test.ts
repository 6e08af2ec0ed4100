import { expect, it } from 'vitest';
import { githubBases } from '../src/app-github.ts';

it.each<[string, string | undefined, string, string]>([
  ['https://github.com', undefined, 'https://api.github.com/', 'https://api.github.com/'],
  ['https://github.com/shop', undefined, 'https://api.github.com/', 'https://api.github.com/'],
  ['https://git.example.org/shop', undefined, 'https://git.example.org/api/v3/', 'https://git.example.org/api/'],
  [
    'https://g.example.org',
    'https://g.example.org/x/api/v3/',
    'https://g.example.org/x/api/v3/',
    'https://g.example.org/x/api/',
  ],
])('%s has its APIs where GitHub has them', (url, api, rest, graphql) => {
  const bases = githubBases({ url, api });
  expect([bases.rest.href, bases.graphql.href]).toEqual([rest, graphql]);
});
