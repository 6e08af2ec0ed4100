import { expect, onTestFinished, test } from 'vitest';
import { type AlertTaker, addAlertHook } from '../../src/api/alert-hook.ts';
import { fastify } from 'fastify';

const token = 'a-token-of-more-than-24-characters';

interface Sent {
  readonly body?: string;
  readonly authorization?: string;
}

async function start(parts: Partial<AlertTaker>): Promise<(init?: Sent) => Promise<Response>> {
  const app = fastify();
  addAlertHook(app, { tokens: [], take: () => Promise.resolve(true), ...parts });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  return async ({ body = '{}', authorization } = {}) =>
    await fetch(`${address}/hooks/alertmanager`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    });
}

test.for<[string | undefined, number]>([
  [`Bearer ${token}`, 204],
  [`bearer ${token}`, 204],
  ['Bearer another-token-of-the-next-generation', 204],
  [`Bearer ${token}x`, 401],
  [`Basic ${token}`, 401],
  [`Bearer ${token} ${token}`, 401],
  ['Bearer', 401],
  [undefined, 401],
])('with a token to send, %j is answered with %i', async ([authorization, status]) => {
  const post = await start({ tokens: [token, 'another-token-of-the-next-generation'] });
  const response = await post(authorization === undefined ? {} : { authorization });
  expect([response.status, await response.text()]).toEqual([status, expect.not.stringContaining(token)]);
});

test('a body is looked at only once the sender was let in', async () => {
  let looked = 0;
  const post = await start({ tokens: [token], take: () => Promise.resolve(++looked > 0) });
  expect((await post({ body: '{' })).status).toBe(401);
  expect(looked).toBe(0);
});

test('what is no notification is answered with 400, so that it is not sent again', async () => {
  const post = await start({ take: () => Promise.resolve(false) });
  const response = await post();
  expect([response.status, response.headers.get('content-type')]).toEqual([
    400,
    'application/problem+json; charset=utf-8',
  ]);
});

test('a mebibyte is taken and no more', async () => {
  const post = await start({});
  const ofLength = (length: number): Sent => ({ body: `"${'a'.repeat(length - 2)}"` });
  expect((await post(ofLength(1024 * 1024))).status).toBe(204);
  expect((await post(ofLength(1024 * 1024 + 1))).status).toBe(413);
});
