import { BlockList, isIP } from 'node:net';

const privateRanges: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const privateRangesV6: readonly (readonly [string, number])[] = [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];

const blocked = new BlockList();
for (const [network, prefix] of privateRanges) blocked.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of privateRangesV6) blocked.addSubnet(network, prefix, 'ipv6');

/** Loopback, link-local (cloud metadata), private, carrier and multicast ranges, also when written as IPv4 inside IPv6. False for names. */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  if (family === 4) return blocked.check(bare, 'ipv4');
  // BlockList judges IPv4-mapped addresses (::ffff:10.0.0.1) by the IPv4 ranges.
  return family === 6 && blocked.check(bare, 'ipv6');
}
