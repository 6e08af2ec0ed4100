import type { Dispatcher } from 'undici';
import { AppError } from '../../errors/app-error.ts';
import { type Agents, createAgents } from './agents.ts';
import { type Access, createCredentials, type TlsMaterial } from './credentials.ts';
import { type ClusterAccess, type KubeconfigOptions, readClusterAccess } from './kubeconfig.ts';
import { isTrustFailure, unreachable } from './kubernetes-errors.ts';

export interface ApiRequest {
  readonly method?: 'GET' | 'PATCH' | 'POST' | 'PUT';
  /** Path and query, from the slash after the server's address. */
  readonly path: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

/** An answer whose body is still arriving. `body` must be read to its end or left by `break`, which closes the connection. */
export interface ApiStream {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: AsyncIterable<Buffer>;
}

/** One cluster as one user. Resolves with every HTTP status; throws AppError only when there was no answer. */
export interface KubernetesConnection {
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
  send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer>;
  /** For watches: `silenceMs` is how long the body may stay silent before it fails. */
  open(request: ApiRequest, silenceMs: number, signal: AbortSignal): Promise<ApiStream>;
  close(): Promise<void>;
}

export interface ConnectionOptions extends KubeconfigOptions {
  /** Whether a kubeconfig may start a credential plugin. Default true. */
  readonly allowExec?: boolean;
  /** How often credential files are read again. Default 20 s. */
  readonly rereadMs?: number;
}

/** The API server indents JSON for agents that look like browsers, curl or Wget, which doubles the bytes. */
const userAgent = 'mooring/0.1';

/** A watch is answered at once, by its headers. Servers that fill their caches first are asked again. */
const watchAnswerMs = 20_000;

/** Reads the kubeconfig; no request is sent yet. Throws AppError `kubeconfig-invalid`. */
export async function openConnection(options: ConnectionOptions): Promise<KubernetesConnection> {
  const access = await readClusterAccess(options);
  return connectionFor(access, options);
}

function connectionFor(access: ClusterAccess, options: ConnectionOptions): KubernetesConnection {
  const { environment, allowExec = true, rereadMs } = options;
  const credentials = createCredentials(access, {
    environment,
    allowExec,
    ...(rereadMs === undefined ? {} : { rereadMs }),
  });
  const agentsOf = keepAgents(access, environment);

  const attempt = async (call: (access: Access, agents: Agents) => Promise<Dispatcher.ResponseData>) => {
    const current = await credentials.current();
    return call(current, agentsOf.of(current.tls));
  };

  /** Tokens expire and authorities are replaced while we run: one more try with everything read anew. */
  const withFreshCredentials: typeof attempt = async (call) => {
    try {
      const first = await attempt(call);
      if (first.statusCode !== 401) return first;
      await first.body.dump();
    } catch (error) {
      if (!isTrustFailure(error)) throw error;
    }
    credentials.invalidate();
    return attempt(call);
  };

  const dispatch = async (
    request: ApiRequest,
    kind: { readonly pool: 'lists' | 'watches'; readonly silenceMs?: number },
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> => {
    signal.throwIfAborted();
    try {
      return await withFreshCredentials((current, agents) =>
        agents[kind.pool].request({
          origin: new URL(access.server).origin,
          path: new URL(access.server).pathname.replace(/\/$/, '') + request.path,
          method: request.method ?? 'GET',
          headers: {
            'user-agent': userAgent,
            accept: request.accept ?? 'application/json',
            ...current.headers,
            ...request.headers,
          },
          signal,
          ...(request.body === undefined ? {} : { body: request.body }),
          ...(kind.silenceMs === undefined ? {} : { bodyTimeout: kind.silenceMs, headersTimeout: watchAnswerMs }),
        }),
      );
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof AppError ? error : unreachable(access.server, error);
    }
  };

  return {
    context: access.context,
    server: access.server,
    namespace: access.namespace,
    async send(request, signal) {
      const answer = await dispatch(request, { pool: 'lists' }, signal);
      try {
        const body = Buffer.from(await answer.body.arrayBuffer());
        return { status: answer.statusCode, header: (name) => headerOf(answer, name), body };
      } catch (error) {
        signal.throwIfAborted();
        throw unreachable(access.server, error);
      }
    },
    async open(request, silenceMs, signal) {
      const answer = await dispatch(request, { pool: 'watches', silenceMs }, signal);
      return { status: answer.statusCode, header: (name) => headerOf(answer, name), body: answer.body };
    },
    close: () => agentsOf.close(),
  };
}

/** Agents live for as long as the TLS material stays the same; replaced ones finish what they carry and go. */
function keepAgents(
  access: ClusterAccess,
  environment: ConnectionOptions['environment'],
): { of(tls: TlsMaterial): Agents; close(): Promise<void> } {
  let held: { readonly tls: TlsMaterial; readonly agents: Agents } | undefined;
  return {
    of(tls: TlsMaterial): Agents {
      if (held?.tls !== tls) {
        held?.agents.retire();
        held = { tls, agents: createAgents(access, tls, environment) };
      }
      return held.agents;
    },
    async close(): Promise<void> {
      await held?.agents.close();
    },
  };
}

function headerOf(answer: Dispatcher.ResponseData, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
