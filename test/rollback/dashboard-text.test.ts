import { expect, it } from 'vitest';
import { dashboardText } from '../../src/rollback/text/dashboard-text.ts';

it('a dashboard lists what is held in the order of names, and whatever it holds is text', () => {
  const { body } = dashboardText([
    { resource: 'apps/Deployment/shop/web', kind: 'held', reason: '10 proposals are open, 10 may be' },
    { resource: 'apps/Deployment/shop/api', kind: 'failed', reason: '@all fixes #1 | <img src=x>\nline' },
  ]);
  expect(body.split('\n').slice(2)).toEqual([
    '| object | | why |',
    '|---|---|---|',
    '| `apps/Deployment/shop/api` | failed | @\u200Ball fixes #\u200B1 \\| \\<img src=x\\>⏎line |',
    '| `apps/Deployment/shop/web` | held | 10 proposals are open, 10 may be |',
    '',
  ]);
});

it('a dashboard without anything says so, and one with too much is cut', () => {
  expect(dashboardText([]).body).toContain('Nothing is held back.');
  const many = Array.from({ length: 300 }, (_, index) => ({
    resource: `v1/ConfigMap/a/${index}`,
    kind: 'held',
    reason: 'r',
  }));
  expect(dashboardText(many).body).toContain('and 100 more.');
});
