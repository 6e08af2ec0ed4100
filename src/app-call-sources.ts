import type { CallSource } from './collectors/call-source.ts';
import type { ObservedConfig } from './config/config-schema.ts';
import { proxyFromEnvironment } from './kubernetes/connection/choose-proxy.ts';
import { createDependenciesSource } from './telemetry/dependencies-source.ts';
import { createPrometheusSource } from './telemetry/prometheus-source.ts';
import { TelemetryClient, type TelemetryCredentials } from './telemetry/telemetry-client.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A source of traffic that is open, with what the configuration says of how it is asked. */
export interface OpenedCalls extends AsyncDisposable {
  readonly source: CallSource;
  /** Milliseconds: how far a look looks back, and the time between two. */
  readonly window: number;
  readonly interval: number;
}

/** Opens what the configuration names; nothing is asked yet. Throws AppError when a file of authorities cannot be read. */
export function openCallSources(config: readonly ObservedConfig[], env: Env): readonly OpenedCalls[] {
  return config.map((each) => openCalls(each, credentialsOf(each), env));
}

/** `credentials` came with the configuration or with the command line. */
export function openCalls(config: ObservedConfig, credentials: TelemetryCredentials | null, env: Env): OpenedCalls {
  const { name, type, window, interval, timeout, matchers, tenant, caFile } = config;
  const url = new URL(config.url);
  const proxyFor = (server: string): string | undefined => proxyFromEnvironment(server, env);
  const client = new TelemetryClient({ url, timeout, tenant, credentials, caFile, proxyFor });
  const named = `${type} ${name ?? url.host}`;
  const source =
    type === 'prometheus'
      ? createPrometheusSource({ name: named, client, window, matchers })
      : createDependenciesSource({
          name: named,
          client,
          path: type === 'jaeger' ? '/api/dependencies' : '/api/v2/dependencies',
          window,
          clock: () => new Date(),
        });
  return { source, window, interval, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

function credentialsOf({ tokenFile, username, passwordFile }: ObservedConfig): TelemetryCredentials | null {
  if (tokenFile !== undefined) return { kind: 'token', file: tokenFile };
  if (username === undefined || passwordFile === undefined) return null;
  return { kind: 'password', user: username, file: passwordFile };
}
