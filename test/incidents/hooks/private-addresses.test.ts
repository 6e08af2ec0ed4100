import { expect, test } from 'vitest';
import { isPrivateAddress } from '../../../src/incidents/hooks/private-addresses.ts';

test.for([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['10.1.2.3', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['0.0.0.0', true],
  ['8.8.8.8', false],
  ['::1', true],
  ['[::1]', true],
  ['::', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['fd00::1', true],
  ['fe80::1', true],
  ['64:ff9b::a00:1', true],
  ['2606:4700::1111', false],
  ['example.com', false],
] as const)('%s: %s', ([address, expected]) => {
  expect(isPrivateAddress(address)).toBe(expected);
});
