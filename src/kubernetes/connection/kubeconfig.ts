import { readFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { load } from 'js-yaml';
import { AppError } from '../../errors/app-error.ts';
import { arrayAt, isJsonObject, type JsonObject, objectAt, stringAt, valueAt } from '../../resource/json.ts';

/**
 * How one cluster is reached and as whom. PEM texts are inline; `…File` members are absolute paths that may change on disk.
 * `@kubernetes/client-node` has a reader of its own, but importing it costs half a second and 85 MB (its generated models
 * come along), it refuses what kubectl accepts (a missing file in KUBECONFIG, the same name in two files, plain http) and it
 * drops groups and uid of an impersonation. It is used, and loaded, only for legacy `auth-provider` entries.
 */
export interface ClusterAccess {
  readonly context: string;
  readonly namespace: string;
  readonly server: string;
  readonly tls: {
    readonly ca?: PemSource;
    readonly serverName?: string;
    readonly insecure: boolean;
  };
  readonly proxyUrl?: string;
  readonly user: UserAccess;
}

export type PemSource = { readonly file: string } | { readonly pem: string };

export interface UserAccess {
  readonly name: string;
  readonly certificate?: PemSource;
  readonly key?: PemSource;
  readonly token?: { readonly file: string } | { readonly value: string };
  readonly basic?: { readonly username: string; readonly password: string };
  readonly exec?: JsonObject;
  /** Directory of the kubeconfig: relative exec commands are meant from here. */
  readonly directory: string;
  readonly legacyProvider?: JsonObject;
  readonly impersonate: Readonly<Record<string, string | readonly string[]>>;
}

export interface KubeconfigOptions {
  /** One file, or several joined as in KUBECONFIG; absent means KUBECONFIG, then ~/.kube/config, then the pod's own account. */
  readonly kubeconfig?: string;
  /** A context other than the current one. */
  readonly context?: string;
  /** The process environment: KUBECONFIG, HOME and KUBERNETES_SERVICE_* are read from it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

interface Entry {
  readonly value: JsonObject;
  readonly directory: string;
}

interface Merged {
  readonly current: string | undefined;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly contexts: ReadonlyMap<string, Entry>;
}

const accountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Reads and merges kubeconfig files as kubectl does (the first file wins). Throws AppError `kubeconfig-invalid`. */
export async function readClusterAccess(options: KubeconfigOptions): Promise<ClusterAccess> {
  const { environment } = options;
  const named = options.kubeconfig ?? nonEmpty(environment['KUBECONFIG']);
  const files = (named ?? join(environment['HOME'] ?? '', '.kube', 'config')).split(delimiter).filter(nonEmpty);
  const texts = await Promise.all(files.map(readIfPresent));
  if (texts.every((text) => text === undefined)) {
    const inCluster = named === undefined ? await accountAccess(environment) : undefined;
    if (inCluster !== undefined) return inCluster;
    throw invalid(files.join(delimiter), 'no such file', 'Name a kubeconfig with --kubeconfig or KUBECONFIG');
  }
  const merged = mergeFiles(files.map((file, index) => ({ file, text: texts[index] })));
  return resolveContext(merged, options.context ?? merged.current, files.join(delimiter));
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw invalid(file, error instanceof Error ? error.message : String(error), 'Make the file readable');
  }
}

function mergeFiles(files: readonly { readonly file: string; readonly text: string | undefined }[]): Merged {
  const clusters = new Map<string, Entry>();
  const users = new Map<string, Entry>();
  const contexts = new Map<string, Entry>();
  let current: string | undefined;
  for (const { file, text } of files) {
    if (text === undefined) continue;
    const document = parseKubeconfig(file, text);
    const directory = dirname(isAbsolute(file) ? file : join('.', file));
    current ??= nonEmpty(stringAt(document, 'current-context'));
    addEntries(clusters, arrayAt(document, 'clusters'), 'cluster', directory);
    addEntries(users, arrayAt(document, 'users'), 'user', directory);
    addEntries(contexts, arrayAt(document, 'contexts'), 'context', directory);
  }
  return { current, clusters, users, contexts };
}

function parseKubeconfig(file: string, text: string): JsonObject {
  let document: unknown;
  try {
    document = load(text);
  } catch (error) {
    // The parser's message quotes the line, which may hold a token.
    const reason = error instanceof Error && 'reason' in error ? String(error.reason) : 'syntax error';
    throw invalid(file, `it is not valid YAML (${reason})`, 'Correct the file');
  }
  if (!isJsonObject(document)) throw invalid(file, 'it holds no kubeconfig', 'Correct the file');
  return document;
}

function addEntries(into: Map<string, Entry>, list: readonly unknown[], member: string, directory: string): void {
  for (const each of list) {
    if (!isJsonObject(each)) continue;
    const name = stringAt(each, 'name');
    if (name === undefined || into.has(name)) continue;
    into.set(name, { value: objectAt(each, member) ?? {}, directory });
  }
}

function resolveContext(merged: Merged, wanted: string | undefined, file: string): ClusterAccess {
  if (wanted === undefined)
    throw invalid(file, 'it names no current context', 'Choose one: kubectl config use-context');
  const context = merged.contexts.get(wanted);
  if (context === undefined) {
    const known = [...merged.contexts.keys()].join(', ') || 'none';
    throw invalid(file, `it has no context "${wanted}" (known: ${known})`, 'Name one of the known contexts');
  }
  const cluster = merged.clusters.get(stringAt(context.value, 'cluster') ?? '');
  const server = nonEmpty(stringAt(cluster?.value, 'server'));
  if (cluster === undefined || server === undefined || !URL.canParse(server)) {
    throw invalid(file, `context "${wanted}" names no cluster with a server address`, 'Correct the context');
  }
  const userName = stringAt(context.value, 'user') ?? '';
  const ca = pemSource(cluster, 'certificate-authority');
  const serverName = nonEmpty(stringAt(cluster.value, 'tls-server-name'));
  const proxyUrl = nonEmpty(stringAt(cluster.value, 'proxy-url'));
  return {
    context: wanted,
    namespace: nonEmpty(stringAt(context.value, 'namespace')) ?? 'default',
    server: server.replace(/\/+$/, ''),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { serverName }),
      insecure: valueAt(cluster.value, 'insecure-skip-tls-verify') === true,
    },
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    user: resolveUser(userName, merged.users.get(userName)),
  };
}

function resolveUser(name: string, entry: Entry | undefined): UserAccess {
  if (entry === undefined) return { name, directory: '', impersonate: {} };
  const { value, directory } = entry;
  const certificate = pemSource(entry, 'client-certificate');
  const key = pemSource(entry, 'client-key');
  const tokenFile = nonEmpty(stringAt(value, 'tokenFile'));
  const token = nonEmpty(stringAt(value, 'token'));
  const username = nonEmpty(stringAt(value, 'username'));
  const exec = objectAt(value, 'exec');
  const legacyProvider = objectAt(value, 'auth-provider');
  return {
    name,
    directory,
    impersonate: impersonation(value),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...tokenOf(tokenFile === undefined ? undefined : join(directoryOf(tokenFile, directory), tokenFile), token),
    ...(username === undefined ? {} : { basic: { username, password: stringAt(value, 'password') ?? '' } }),
    ...(exec === undefined ? {} : { exec }),
    ...(legacyProvider === undefined ? {} : { legacyProvider }),
  };
}

/** As in kubectl, a token file wins over a token. */
function tokenOf(file: string | undefined, value: string | undefined): Pick<UserAccess, 'token'> {
  if (file !== undefined) return { token: { file } };
  return value === undefined ? {} : { token: { value } };
}

function impersonation(user: JsonObject): Readonly<Record<string, string | readonly string[]>> {
  const headers: Record<string, string | string[]> = {};
  const as = nonEmpty(stringAt(user, 'as'));
  const uid = nonEmpty(stringAt(user, 'as-uid'));
  const groups = arrayAt(user, 'as-groups').filter((group) => typeof group === 'string');
  if (as !== undefined) headers['Impersonate-User'] = as;
  if (uid !== undefined) headers['Impersonate-Uid'] = uid;
  if (groups.length > 0) headers['Impersonate-Group'] = groups;
  for (const [key, values] of Object.entries(objectAt(user, 'as-user-extra') ?? {})) {
    const texts = Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
    headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = texts;
  }
  return headers;
}

function pemSource(entry: Entry, member: string): PemSource | undefined {
  const data = nonEmpty(stringAt(entry.value, `${member}-data`));
  if (data !== undefined) return { pem: Buffer.from(data, 'base64').toString('utf8') };
  const file = nonEmpty(stringAt(entry.value, member));
  return file === undefined ? undefined : { file: join(directoryOf(file, entry.directory), file) };
}

function directoryOf(file: string, directory: string): string {
  return isAbsolute(file) ? '' : directory;
}

/** The account that Kubernetes gives to a pod, when this process runs in one. */
async function accountAccess(environment: KubeconfigOptions['environment']): Promise<ClusterAccess | undefined> {
  const host = nonEmpty(environment['KUBERNETES_SERVICE_HOST']);
  const port = nonEmpty(environment['KUBERNETES_SERVICE_PORT']) ?? '443';
  if (host === undefined) return undefined;
  const namespace = await readIfPresent(join(accountDirectory, 'namespace'));
  return {
    context: 'in-cluster',
    namespace: nonEmpty(namespace?.trim()) ?? 'default',
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    tls: { ca: { file: join(accountDirectory, 'ca.crt') }, insecure: false },
    user: {
      name: 'in-cluster',
      token: { file: join(accountDirectory, 'token') },
      directory: accountDirectory,
      impersonate: {},
    },
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function invalid(file: string, why: string, remedy: string): AppError {
  return new AppError({ code: 'kubeconfig-invalid', what: `cannot use the kubeconfig ${file}`, why, remedy });
}
