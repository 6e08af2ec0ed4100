import { lookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPrivateAddress } from './private-addresses.ts';

/** Marks a refusal, so that it is told apart from a name that does not resolve. */
export const privateTargetCode = 'MOORING_PRIVATE_TARGET';

/**
 * A lookup for sockets that refuses names with any private address. The connection is made to the very addresses that were checked,
 * so a name that answers differently a moment later gains nothing.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) {
      callback(error, '');
      return;
    }
    const found = addresses.find(({ address }) => isPrivateAddress(address));
    const [first] = addresses;
    if (found !== undefined || first === undefined) {
      callback(refusal(hostname, found), '');
      return;
    }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function refusal(hostname: string, found: LookupAddress | undefined): NodeJS.ErrnoException {
  const why = found === undefined ? 'has no address' : 'resolves to a private address';
  return Object.assign(new Error(`${hostname} ${why}`), { code: privateTargetCode });
}
