import { BlockList, isIP } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for a server, by the rules of Go's programs, so that Mooring reaches a cluster where
 * kubectl does: HTTPS_PROXY or HTTP_PROXY by scheme, never for loopback, never for what NO_PROXY lists. Undefined for none.
 */
export function proxyFromEnvironment(server: string, environment: Environment): string | undefined {
  const url = new URL(server);
  const names = url.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy'];
  const proxy = firstOf(environment, names);
  if (proxy === undefined) return undefined;
  const target = { host: plainHost(url.hostname), port: url.port === '' ? defaultPort(url.protocol) : url.port };
  const exceptions = firstOf(environment, ['NO_PROXY', 'no_proxy']) ?? '';
  if (isLoopback(target.host) || exceptions.split(',').some((entry) => isExcepted(target, entry.trim().toLowerCase())))
    return undefined;
  // A proxy without a scheme is reached by HTTP.
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

interface Target {
  readonly host: string;
  readonly port: string;
}

function firstOf(environment: Environment, names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
}

function defaultPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}

function plainHost(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** One entry of NO_PROXY: `*`, an address, a range of addresses, or a domain; a domain stands for all below it too. */
function isExcepted({ host, port }: Target, entry: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  if (entry.includes('/')) return isInRange(host, entry);
  const { host: name, port: onlyPort } = splitPort(entry);
  if (onlyPort !== '' && onlyPort !== port) return false;
  if (isIP(name) !== 0) return sameAddress(host, name);
  const domain = name.replace(/^\*?\.?/, '');
  if (domain === '') return false;
  const isOnlyBelow = /^\*?\./.test(name);
  return host.endsWith(`.${domain}`) || (!isOnlyBelow && host === domain);
}

function splitPort(entry: string): Target {
  const [, bracketed, bracketedPort = ''] = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return { host: bracketed, port: bracketedPort };
  const [, host, port] = /^([^:]*):(\d+)$/.exec(entry) ?? [];
  return host === undefined || port === undefined ? { host: entry, port: '' } : { host, port };
}

function isInRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = familyOf(network);
  if (family === undefined || familyOf(host) === undefined || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 'ipv4' ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(host, familyOf(host));
}

function sameAddress(host: string, address: string): boolean {
  const [family, own] = [familyOf(address), familyOf(host)];
  if (family === undefined || own === undefined) return false;
  const list = new BlockList();
  list.addAddress(address, family);
  return list.check(host, own);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
