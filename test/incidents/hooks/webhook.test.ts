import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createWebhook } from '../../../src/incidents/hooks/webhook.ts';
import type { WebhookOptions } from '../../../src/incidents/hooks/webhook.ts';
import { startReceiver } from '../../fakes/receiver.ts';

const secret = 'a secret of at least 24 bytes';
const clock = (): Date => new Date('2026-11-25T10:00:00Z');
const delivery = {
  id: 'msg_1',
  target: 'ops',
  subject: 'apps/Deployment/shop/web',
  type: 'dev.mooring.episode.opened',
  body: '{"specversion":"1.0","data":"grüße"}',
  createdAt: '2026-11-25T10:00:00.000Z',
  state: 'waiting' as const,
  attempts: 0,
  nextAttemptAt: '2026-11-25T10:00:00.000Z',
  settledAt: null,
  lastStatus: null,
  lastError: null,
};
const idle = new AbortController().signal;

function hookTo(url: string, rest: Partial<WebhookOptions> = {}) {
  return createWebhook({ name: 'ops', url, secrets: [secret], allowPrivate: true, clock, timeoutMs: 500, ...rest });
}

describe('a signed webhook', () => {
  test('posts the stored body with headers that the receiver can verify', async () => {
    const receiver = await startReceiver();
    expect(await hookTo(receiver.url).send(delivery, idle)).toEqual({ kind: 'delivered', status: 200 });
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
    expect(body).toBe(delivery.body);
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    const signed = createHmac('sha256', secret).update(`msg_1.1795600800.${body}`).digest('base64');
    expect(headers).toMatchObject({
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1795600800',
      'webhook-signature': `v1,${signed}`,
    });
  });

  test.for<[number, Record<string, string>, object]>([
    [204, {}, { kind: 'delivered', status: 204 }],
    [500, {}, { kind: 'failed', why: 'the target answered 500', retryAfterMs: null }],
    [429, { 'retry-after': '7' }, { kind: 'failed', status: 429, retryAfterMs: 7000 }],
    [503, { 'retry-after': 'Wed, 25 Nov 2026 10:01:00 GMT' }, { kind: 'failed', retryAfterMs: 60_000 }],
    [503, { 'retry-after': 'soon' }, { kind: 'failed', retryAfterMs: null }],
    [400, {}, { kind: 'refused', why: 'the target answered 400' }],
    [404, {}, { kind: 'refused' }],
    [410, {}, { kind: 'gone', why: 'the target answered 410 Gone', status: 410 }],
  ])('an answer of %i with %j', async ([status, headers, expected]) => {
    const receiver = await startReceiver((response) => response.writeHead(status, headers).end());
    expect(await hookTo(receiver.url).send(delivery, idle)).toMatchObject(expected);
  });

  test('a redirect is a failure and is not followed', async () => {
    const other = await startReceiver();
    const receiver = await startReceiver((response) => response.writeHead(302, { location: other.url }).end());
    expect(await hookTo(receiver.url).send(delivery, idle)).toMatchObject({ kind: 'failed', status: 302 });
    expect(other.received).toEqual([]);
  });

  test('an answer without an end is cut off: the status counts', async () => {
    const receiver = await startReceiver((response) => {
      response.writeHead(200);
      response.write(Buffer.alloc(100_000));
    });
    expect(await hookTo(receiver.url).send(delivery, idle)).toEqual({ kind: 'delivered', status: 200 });
  });

  test('silence ends with the timeout', async () => {
    const receiver = await startReceiver(() => {});
    const outcome = await hookTo(receiver.url, { timeoutMs: 100 }).send(delivery, idle);
    expect(outcome).toEqual({ kind: 'failed', why: 'no answer within 0.1 s', status: null, retryAfterMs: null });
  });

  test('a receiver that is not there, or closes at once, is a failure that may be repeated', async () => {
    const receiver = await startReceiver((response) => response.destroy());
    expect(await hookTo(receiver.url).send(delivery, idle)).toMatchObject({ kind: 'failed', status: null });
    await receiver.close();
    expect(await hookTo(receiver.url).send(delivery, idle)).toMatchObject({
      kind: 'failed',
      why: 'the connection failed (ECONNREFUSED)',
    });
  });

  test('a name that resolves to a private address is refused at the connection', async () => {
    const receiver = await startReceiver();
    const url = receiver.url.replace('127.0.0.1', 'localhost');
    expect(await hookTo(url, { allowPrivate: false }).send(delivery, idle)).toMatchObject({
      kind: 'failed',
      why: 'its name resolves to a private address, which is not allowed',
    });
    expect(receiver.received).toEqual([]);
  });
});

test.for<[string, Partial<WebhookOptions>, string]>([
  ['a private address', { url: 'http://169.254.169.254/latest', allowPrivate: false }, 'its URL is a private address'],
  ['loopback by number', { url: 'http://2130706433/', allowPrivate: false }, 'its URL is a private address'],
  ['another protocol', { url: 'file:///etc/passwd' }, 'its URL is no http or https URL'],
  ['no secret', { secrets: [] }, 'it has no signing secret'],
  ['a short secret', { secrets: ['short'] }, 'its signing secret is shorter than 24 bytes'],
])('%s is refused when the hook is made', ([, options, why]) => {
  expect(() => hookTo('http://example.com/', options)).toThrow(
    expect.objectContaining({ code: 'config-invalid', why }),
  );
});

test('the address of a hook says when it moved and never where it is', () => {
  const [one, same, moved] = ['http://a.example/?token=x', 'http://a.example/?token=x', 'http://b.example/'].map(
    (url) => hookTo(url),
  );
  expect(one?.address).toBe(same?.address);
  expect(one?.address).not.toBe(moved?.address);
  expect(one?.address).toMatch(/^[\da-f]{16}$/);
});
