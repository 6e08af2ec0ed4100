import { expect, test } from 'vitest';
import { secretKey, signatureHeaders } from '../../../src/incidents/hooks/webhook-signature.ts';

const parts = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };
const key = secretKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? new Uint8Array();

test('the example of the Standard Webhooks specification', () => {
  expect(signatureHeaders(parts, [key])).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('every secret signs, so that receivers can change keys one after another', () => {
  const other = secretKey('another secret of enough bytes') ?? new Uint8Array();
  const { 'webhook-signature': both } = signatureHeaders(parts, [other, key]);
  expect(both?.split(' ')).toHaveLength(2);
  expect(both).toContain(signatureHeaders(parts, [key])['webhook-signature'] ?? '-');
});

test.for([
  ['whsec_c2hvcnQ=', undefined],
  ['too short', undefined],
  ['', undefined],
  ['a plain text of 24 bytes', 24],
  ['  a plain text of 24 bytes\n', 24],
] as const)('the key of %j', ([text, length]) => {
  expect(secretKey(text)?.length).toBe(length);
});
