import { readFile } from 'node:fs/promises';
import { AppError } from '../../errors/app-error.ts';
import { type ExecCredential, runCredentialPlugin } from './exec-credential.ts';
import type { ClusterAccess, PemSource } from './kubeconfig.ts';
import { legacyHeaders } from './legacy-provider.ts';

export type RequestHeaders = Readonly<Record<string, string | string[]>>;

export interface TlsMaterial {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly insecure: boolean;
}

/** What the next request carries. `tls` is the same object for as long as its content is the same. */
export interface Access {
  readonly headers: RequestHeaders;
  readonly tls: TlsMaterial;
}

export interface Credentials {
  /** Cheap while fresh; files are read again once they are older than `rereadMs`, plugins run again before they expire. */
  current(): Promise<Access>;
  /** The server or its certificate was not accepted: the next `current` reads and asks everything anew. */
  invalidate(): void;
}

export interface CredentialOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a kubeconfig may start a credential plugin. */
  readonly allowExec: boolean;
  readonly rereadMs?: number;
}

const pluginMarginMs = 10_000;

/** Projected tokens live for an hour or less and kubelet replaces them early; client-go re-reads every minute, we a bit more often. */
const defaultRereadMs = 20_000;

export function createCredentials(access: ClusterAccess, options: CredentialOptions): Credentials {
  let held: Access | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let plugin: ExecCredential | undefined;
  let reading: Promise<Access> | undefined;

  const read = async (): Promise<Access> => {
    if (access.user.exec !== undefined && !stillValid(plugin)) {
      if (!options.allowExec) throw execRefused(access);
      plugin = await runCredentialPlugin(access, access.user.exec, options.environment);
    }
    const [headers, tls] = await Promise.all([headersOf(access, plugin), tlsOf(access, plugin)]);
    readAt = performance.now();
    held = { headers, tls: held !== undefined && isSameTls(held.tls, tls) ? held.tls : tls };
    return held;
  };

  return {
    current() {
      const age = performance.now() - readAt;
      const isPluginDue = access.user.exec !== undefined && !stillValid(plugin);
      if (held !== undefined && !isPluginDue && age < (options.rereadMs ?? defaultRereadMs))
        return Promise.resolve(held);
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    invalidate() {
      readAt = Number.NEGATIVE_INFINITY;
      plugin = undefined;
    },
  };
}

function stillValid(plugin: ExecCredential | undefined): boolean {
  return plugin !== undefined && Date.now() < plugin.expiresAt - pluginMarginMs;
}

async function headersOf(access: ClusterAccess, plugin: ExecCredential | undefined): Promise<RequestHeaders> {
  const { user } = access;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(user.impersonate)) {
    headers[name] = typeof value === 'string' ? value : [...value];
  }
  const token = await tokenOf(access, plugin);
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  else if (user.basic !== undefined) {
    const pair = Buffer.from(`${user.basic.username}:${user.basic.password}`).toString('base64');
    headers['authorization'] = `Basic ${pair}`;
  } else if (user.legacyProvider !== undefined)
    return { ...headers, ...(await legacyHeaders(access, user.legacyProvider)) };
  return headers;
}

async function tokenOf(access: ClusterAccess, plugin: ExecCredential | undefined): Promise<string | undefined> {
  const { token } = access.user;
  if (token === undefined) return plugin?.token;
  return 'value' in token ? token.value : (await readPem(token.file, access)).trim();
}

async function tlsOf(access: ClusterAccess, plugin: ExecCredential | undefined): Promise<TlsMaterial> {
  const [ca, certificate, key] = await Promise.all([
    pemOf(access.tls.ca, access),
    plugin?.certificate ?? pemOf(access.user.certificate, access),
    plugin?.key ?? pemOf(access.user.key, access),
  ]);
  return {
    insecure: access.tls.insecure,
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(access.tls.serverName === undefined ? {} : { serverName: access.tls.serverName }),
  };
}

async function pemOf(source: PemSource | undefined, access: ClusterAccess): Promise<string | undefined> {
  if (source === undefined) return undefined;
  return 'pem' in source ? source.pem : readPem(source.file, access);
}

async function readPem(file: string, access: ClusterAccess): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AppError({
      code: 'kubeconfig-invalid',
      what: `cannot use context ${access.context}`,
      why: error instanceof Error ? error.message : String(error),
      remedy: 'Put the file back or correct the kubeconfig',
      retryable: true,
    });
  }
}

function isSameTls(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.certificate === b.certificate && a.key === b.key;
}

function execRefused(access: ClusterAccess): AppError {
  return new AppError({
    code: 'kubeconfig-invalid',
    what: `cannot use context ${access.context}`,
    why: `user ${access.user.name} needs a credential plugin, and starting one is not allowed`,
    remedy: 'Use a token or a certificate, or allow plugins with live.allowExec',
  });
}
