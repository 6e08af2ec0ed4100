import { Agent, type buildConnector, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici';
import { proxyFromEnvironment } from './choose-proxy.ts';
import type { TlsMaterial } from './credentials.ts';
import type { ClusterAccess } from './kubeconfig.ts';

/** Two pools per cluster: a stalled watch never holds up a list, and the other way round. */
export interface Agents {
  readonly lists: Dispatcher;
  readonly watches: Dispatcher;
  /** Ends what is under way at once. */
  close(): Promise<void>;
  /** Lets requests and watches under way come to their end. */
  retire(): void;
}

/** Two more than lists run at the same moment, so that discovery and schemas need not stand in line behind them. */
const listConnections = 8;

export function createAgents(
  access: ClusterAccess,
  tls: TlsMaterial,
  environment: Readonly<Record<string, string | undefined>>,
): Agents {
  const lists = createAgent(access, tls, environment, listConnections);
  const watches = createAgent(access, tls, environment, null);
  return {
    lists,
    watches,
    async close() {
      await Promise.all([lists.destroy(), watches.destroy()]);
    },
    retire() {
      for (const agent of [lists, watches]) agent.close().catch(() => {});
    },
  };
}

function createAgent(
  access: ClusterAccess,
  tls: TlsMaterial,
  environment: Readonly<Record<string, string | undefined>>,
  connections: number | null,
): Dispatcher {
  const connect = connectOptions(tls);
  const options = {
    connections,
    allowH2: false,
    keepAliveTimeout: 20_000,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  };
  // What a kubeconfig names counts always; what the environment names has exceptions.
  const proxyUrl = access.proxyUrl ?? proxyFromEnvironment(access.server, environment);
  if (proxyUrl?.startsWith('socks5') === true)
    return new Socks5ProxyAgent(proxyUrl, { ...options, requestTls: connect });
  if (proxyUrl !== undefined) {
    return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: connect, connect: { keepAlive: true } });
  }
  return new Agent({ ...options, connect });
}

function connectOptions(tls: TlsMaterial): buildConnector.BuildOptions {
  return {
    // The kernel probes an idle connection after 15 s and then every second, ten times: a dead peer is found within 25 s.
    keepAlive: true,
    keepAliveInitialDelay: 15_000,
    rejectUnauthorized: !tls.insecure,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  };
}
