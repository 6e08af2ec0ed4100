import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici';
import { AppError } from '../errors/app-error.ts';

export interface RegistryAgents {
  /** The pool for requests to the origin of a URL. */
  agentFor(url: URL): Dispatcher;
  close(): Promise<void>;
}

export interface AgentOptions {
  /** File of authorities that are trusted beside the usual ones. */
  readonly caFile: string | undefined;
  /** The proxy for a server (`https://host:port`), or undefined. */
  readonly proxyFor: (server: string) => string | undefined;
}

/** Two connections for each registry: reading images is never urgent. Throws AppError when the file of authorities cannot be read. */
export function createRegistryAgents({ caFile, proxyFor }: AgentOptions): RegistryAgents {
  const ca = caFile === undefined ? undefined : [...rootCertificates, readAuthorities(caFile)];
  const tls = ca === undefined ? {} : { ca };
  const options = {
    connections: 2,
    allowH2: false,
    keepAliveTimeout: 10_000,
    headersTimeout: 15_000,
    bodyTimeout: 15_000,
  };
  const direct = new Agent({ ...options, connect: { timeout: 10_000, ...tls } });
  const proxies = new Map<string, Dispatcher>();
  return {
    agentFor(url) {
      const proxy = proxyFor(url.origin);
      if (proxy === undefined) return direct;
      const known = proxies.get(proxy);
      if (known !== undefined) return known;
      const made = proxy.startsWith('socks5')
        ? new Socks5ProxyAgent(proxy, { ...options, requestTls: tls })
        : new ProxyAgent({ ...options, uri: proxy, requestTls: tls });
      proxies.set(proxy, made);
      return made;
    },
    async close() {
      await Promise.all([direct, ...proxies.values()].map((agent) => agent.destroy()));
    },
  };
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError({
      code: 'config-invalid',
      what: `cannot read ${file}`,
      why: error instanceof Error ? error.message : String(error),
      remedy: 'Correct images.caFile',
      cause: error,
    });
  }
}
