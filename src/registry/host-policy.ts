import { isIP } from 'node:net';
import { RegistryProblem } from './registry-problem.ts';

export interface HostPolicyOptions {
  /** Hosts that may be asked, with their port; `*.corp` stands for all below. Empty: all, but link-local addresses. */
  readonly registries: readonly string[];
  /** Hosts that are asked without TLS. Loopback may be. */
  readonly insecure: readonly string[];
  /** By registry: the host, with a path or without, that is asked first. */
  readonly mirrors: readonly { readonly registry: string; readonly mirror: string }[];
}

/** Where a registry is asked: `base` ends in `/v2/`, with the path of a mirror in front of the repository. */
export interface Endpoint {
  readonly base: string;
  readonly host: string;
}

export interface HostPolicy {
  /** Mirrors first. Throws RegistryProblem when the registry is not allowed. */
  endpoints(registry: string): readonly Endpoint[];
  /** Whether a URL may be followed or asked for a token from `from`. */
  mayFollow(url: URL, from: URL): boolean;
}

export function createHostPolicy({ registries, insecure, mirrors }: HostPolicyOptions): HostPolicy {
  const allowed = registries.map(lower);
  const plain = new Set(insecure.map(lower));
  const isPlain = (host: string): boolean => plain.has(host) || isLoopback(withoutPort(host));
  const endpointOf = (place: string): Endpoint => {
    const [host = '', ...path] = lower(place).replace(/\/+$/, '').split('/');
    const real = host === 'docker.io' ? 'registry-1.docker.io' : host;
    const prefix = path.map((part) => `${encodeURIComponent(part)}/`).join('');
    return { host: real, base: `${isPlain(real) ? 'http' : 'https'}://${real}/v2/${prefix}` };
  };
  return {
    endpoints(registry) {
      const host = lower(registry);
      const isListed = allowed.some((entry) => fits(host, entry));
      if (allowed.length > 0 && !isListed)
        throw new RegistryProblem('not-allowed', `${host} is not among images.registries`);
      if (!isListed && isLinkLocal(withoutPort(host)))
        throw new RegistryProblem('not-allowed', `${host} is a link-local address`);
      const before = mirrors.filter((each) => lower(each.registry) === host).map(({ mirror }) => endpointOf(mirror));
      return [...before, endpointOf(host)];
    },
    mayFollow(url, from) {
      if (url.username !== '' || url.password !== '') return false;
      const host = withoutPort(url.host);
      const startsHere = isLoopback(withoutPort(from.host));
      if ((isLoopback(host) && !startsHere) || isLinkLocal(host)) return false;
      return url.protocol === 'https:' || (url.protocol === 'http:' && from.protocol === 'http:' && isPlain(url.host));
    },
  };
}

function fits(host: string, entry: string): boolean {
  return entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry;
}

function lower(text: string): string {
  return text.toLowerCase();
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
}

/** Whether credentials may go to a URL: only where nobody in between can read them. */
export function isConfidential(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(withoutPort(url.host));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Where clouds keep what their machines may know. */
function isLinkLocal(host: string): boolean {
  return (
    (isIP(host) === 4 && host.startsWith('169.254.')) || (isIP(host) === 6 && /^(?:fe[89ab]|fd00:ec2)/i.test(host))
  );
}
