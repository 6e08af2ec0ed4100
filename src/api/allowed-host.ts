import { isIP } from 'node:net';

/**
 * Whether a Host header may be answered. A page of another site can make a browser call us under a name of its own (DNS rebinding), never
 * under an address: addresses, localhost and the names of the configuration pass, every other name is refused.
 */
export function isAllowedHost(header: string | undefined, names: readonly string[]): boolean {
  if (header === undefined) return false;
  const host = /^(?<name>\[[^\]]+\]|[^:]+)(?::\d+)?$/.exec(header)?.groups?.['name']?.toLowerCase();
  if (host === undefined) return false;
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0 || host === 'localhost' || names.includes(host);
}
