import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { AppError } from '../errors/app-error.ts';
import { parseRetryAfter } from '../errors/retry-after.ts';
import type { JsonValue } from '../resource/json.ts';
import { TelemetryProblem } from './telemetry-problem.ts';

export interface TelemetryClientOptions {
  /** With the path in front of `/api`. Holds no credentials. */
  readonly url: URL;
  /** Milliseconds that one question may take. */
  readonly timeout: number;
  readonly tenant: string | undefined;
  readonly credentials: TelemetryCredentials | null;
  readonly caFile: string | undefined;
  /** The proxy for a server (`https://host:port`), or undefined. */
  readonly proxyFor: (server: string) => string | undefined;
}

/** Files are read anew for each question; `given` came with the command line. */
export type TelemetryCredentials =
  | { readonly kind: 'token'; readonly file: string }
  | { readonly kind: 'password'; readonly user: string; readonly file: string }
  | { readonly kind: 'given'; readonly user: string; readonly password: string };

/** What a question was answered with: a JSON value, or the status of a refusal. */
export type TelemetryAnswer =
  | { readonly kind: 'json'; readonly body: JsonValue }
  | { readonly kind: 'status'; readonly status: number; readonly body: JsonValue };

const mostBytes = 24 * 1024 * 1024;

/** Asks one server, follows nothing, believes nothing. Throws AppError when the file of authorities cannot be read. */
export class TelemetryClient implements AsyncDisposable {
  readonly #options: TelemetryClientOptions;
  readonly #agent: Dispatcher;

  constructor(options: TelemetryClientOptions) {
    this.#options = options;
    this.#agent = agentFor(options);
  }

  /** `host:port`, for messages. */
  get host(): string {
    return this.#options.url.host;
  }

  /** Path below the URL, such as `/api/v1/query`. Throws TelemetryProblem; rejects with the signal's reason when it is aborted. */
  async ask(
    path: string,
    question: Readonly<Record<string, string>>,
    how: 'GET' | 'POST',
    signal: AbortSignal,
  ): Promise<TelemetryAnswer> {
    const { url, timeout, tenant } = this.#options;
    const late = AbortSignal.timeout(timeout);
    const form = new URLSearchParams(question).toString();
    const place = `${url.pathname.replace(/\/+$/, '')}${path}`;
    const headers = {
      accept: 'application/json',
      'user-agent': 'mooring',
      ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
      ...(await this.#authorization()),
    };
    try {
      const answer = await this.#agent.request({
        origin: url.origin,
        path: how === 'GET' ? `${place}?${form}` : place,
        method: how,
        headers: how === 'GET' ? headers : { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: how === 'GET' ? null : form,
        signal: AbortSignal.any([signal, late]),
      });
      const text = await this.#read(answer.body);
      return this.#judge(answer.statusCode, answer.headers['retry-after'], text);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TelemetryProblem) throw error;
      if (late.aborted || isLate(error)) throw new TelemetryProblem('timeout', `${this.host} did not answer in time`);
      throw new TelemetryProblem(
        'unreachable',
        `${this.host} cannot be reached (${codeOf(error) || 'the connection broke'})`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  #judge(status: number, retryAfter: string | string[] | undefined, text: string): TelemetryAnswer {
    const asked = parseRetryAfter([retryAfter ?? []].flat()[0], Date.now());
    const wait = asked === null ? null : Math.min(asked, longestWait);
    if (status === 401 || status === 403)
      throw new TelemetryProblem('unauthorized', `${this.host} refused the credentials (${status})`);
    if (status === 429 || status === 503)
      throw new TelemetryProblem('refused', `${this.host} is busy (${status})`, wait);
    if (status >= 500) throw new TelemetryProblem('refused', `${this.host} failed (${status})`, wait);
    if (status >= 300 && status < 400)
      throw new TelemetryProblem('bad-answer', `${this.host} sends elsewhere (${status}), which is not followed`);
    const body = parsed(text);
    if (status === 200) {
      if (body === undefined) throw new TelemetryProblem('bad-answer', `${this.host} did not answer with JSON`);
      return { kind: 'json', body };
    }
    return { kind: 'status', status, body: body ?? null };
  }

  async #read(body: AsyncIterable<unknown>): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) continue;
      size += chunk.length;
      // Leaving the loop ends the connection.
      if (size > mostBytes)
        throw new TelemetryProblem('too-large', `${this.host} answered more than ${mostBytes / 1024 / 1024} MiB`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  async #authorization(): Promise<Record<string, string>> {
    const { credentials } = this.#options;
    if (credentials === null) return {};
    if (credentials.kind === 'given') return basic(credentials.user, credentials.password);
    const secret = await readFile(credentials.file, 'utf8').catch((error: unknown) => {
      throw new TelemetryProblem('unauthorized', `${credentials.file} cannot be read (${codeOf(error)})`);
    });
    const line = secret.trim();
    if (/[\r\n\0]/.test(line))
      throw new TelemetryProblem('unauthorized', `${credentials.file} holds more than one line`);
    return credentials.kind === 'token' ? { authorization: `Bearer ${line}` } : basic(credentials.user, line);
  }
}

function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function parsed(text: string): JsonValue | undefined {
  try {
    // Sample values are texts, so that no number is lost.
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

const longestWait = 3_600_000;

function agentFor({ url, timeout, caFile, proxyFor }: TelemetryClientOptions): Dispatcher {
  const tls = caFile === undefined ? {} : { ca: [...rootCertificates, authorities(caFile)] };
  const options = { connections: 4, allowH2: false, headersTimeout: timeout, bodyTimeout: timeout };
  const proxy = proxyFor(url.origin);
  return proxy === undefined
    ? new Agent({ ...options, connect: { timeout: Math.min(timeout, 10_000), ...tls } })
    : new ProxyAgent({ ...options, uri: proxy, requestTls: tls });
}

function authorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError({
      code: 'config-invalid',
      what: `cannot read ${file}`,
      why,
      remedy: 'Correct observed[].caFile',
      cause,
    });
  }
}

/** A code, never a message: messages of proxies may repeat their URL with its password. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

function isLate(error: unknown): boolean {
  return ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'].includes(codeOf(error));
}
