import { createHash } from 'node:crypto';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { AppError } from '../../errors/app-error.ts';
import type { DeliveryRecord } from '../delivery.ts';
import type { Hook, HookOutcome } from '../hook.ts';
import { isPrivateAddress } from './private-addresses.ts';
import { lookupPublic, privateTargetCode } from './public-lookup.ts';
import { parseRetryAfter } from '../../errors/retry-after.ts';
import { secretKey, signatureHeaders } from './webhook-signature.ts';

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  /** Newest first; each at least 24 bytes, `whsec_…` or plain. More than one while receivers change keys. */
  readonly secrets: readonly string[];
  /** Permits loopback, link-local and private addresses; only ever from the configuration. */
  readonly allowPrivate: boolean;
  readonly clock: () => Date;
  /** 20 s when absent. */
  readonly timeoutMs?: number;
  readonly userAgent?: string;
}

const defaultTimeoutMs = 20_000;
const mostAnswerBytes = 4096;
/** The receiver understood and will not take it, now or later. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415, 422]);

/** A signed generic webhook: Standard Webhooks headers, CloudEvents body. Throws AppError when the options cannot work. */
export function createWebhook(options: WebhookOptions): Hook {
  const url = parseTarget(options);
  const keys = options.secrets.map((secret) => keyOf(options.name, secret));
  if (keys.length === 0)
    throw badHook(options.name, 'it has no signing secret', 'Name a file with a secret of at least 24 bytes');
  const timeout = options.timeoutMs ?? defaultTimeoutMs;
  const agent = new Agent({
    connections: 2,
    connect: { timeout, ...(options.allowPrivate ? {} : { lookup: lookupPublic }) },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    maxResponseSize: -1,
  });
  return {
    name: options.name,
    address: createHash('sha256').update(url.href).digest('hex').slice(0, 16),
    send: (delivery, signal) => send({ url, keys, agent, timeout, options }, delivery, signal),
    close: () => agent.destroy(),
  };
}

function parseTarget({ name, url: text, allowPrivate }: WebhookOptions): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw badHook(name, 'its URL is no http or https URL', 'Correct the URL');
  }
  if (!allowPrivate && isPrivateAddress(url.hostname)) {
    throw badHook(name, 'its URL is a private address', 'Permit private addresses for this hook if that is meant');
  }
  return url;
}

function keyOf(name: string, secret: string): Uint8Array {
  const key = secretKey(secret);
  if (key === undefined) throw badHook(name, 'its signing secret is shorter than 24 bytes', 'Make a longer one');
  return key;
}

function badHook(name: string, why: string, remedy: string): AppError {
  return new AppError({ code: 'config-invalid', what: `cannot use hook ${name}`, why, remedy });
}

interface Channel {
  readonly url: URL;
  readonly keys: readonly Uint8Array[];
  readonly agent: Agent;
  readonly timeout: number;
  readonly options: WebhookOptions;
}

async function send(channel: Channel, delivery: DeliveryRecord, signal: AbortSignal): Promise<HookOutcome> {
  const { url, keys, agent, timeout, options } = channel;
  const now = options.clock().getTime();
  const timestamp = Math.floor(now / 1000);
  try {
    const answer = await request(url, {
      method: 'POST',
      dispatcher: agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': options.userAgent ?? 'mooring',
        ...signatureHeaders({ id: delivery.id, timestamp, body: delivery.body }, keys),
      },
      body: delivery.body,
    });
    await discard(answer.body);
    return outcomeOf(answer.statusCode, parseRetryAfter([answer.headers['retry-after'] ?? []].flat()[0], now));
  } catch (error) {
    return { kind: 'failed', why: reasonOf(error, timeout), status: null, retryAfterMs: null };
  }
}

/** The status is the answer. A small body is drained so that the connection can serve again; a large or endless one is cut off. */
async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  await body.dump({ limit: mostAnswerBytes }).catch(() => undefined);
}

function outcomeOf(status: number, retryAfter: number | null): HookOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status === 410) return { kind: 'gone', why: 'the target answered 410 Gone', status };
  if (refusals.has(status)) return { kind: 'refused', why: `the target answered ${status}`, status };
  const why =
    status >= 300 && status < 400
      ? `the target redirected (${status}), which is not followed`
      : `the target answered ${status}`;
  return { kind: 'failed', why, status, retryAfterMs: retryAfter };
}

function reasonOf(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error.name === 'TimeoutError') return `no answer within ${timeout / 1000} s`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (code === privateTargetCode) return 'its name resolves to a private address, which is not allowed';
  return `the connection failed (${code})`;
}
