import { Buffer } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { RegistryProblem } from './registry-problem.ts';

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** More than this of an answer is refused. */
  readonly mostBytes: number;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly bytes: Buffer;
  header(name: string): string | undefined;
}

/** Milliseconds that one request may take, its answer included. */
const patience = 20_000;

/** One request without following anything. Throws RegistryProblem; rejects with the signal's reason when it is aborted. */
export async function sendBounded(
  agent: Dispatcher,
  request: RegistryRequest,
  signal: AbortSignal,
): Promise<RegistryAnswer> {
  const { url, method, headers, body } = request;
  const late = AbortSignal.timeout(patience);
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { 'user-agent': 'mooring', ...headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([signal, late]),
    });
    const bytes = await readBody(answer.body, request);
    const header = (name: string): string | undefined => [answer.headers[name] ?? []].flat()[0];
    return { status: answer.statusCode, bytes, header };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RegistryProblem) throw error;
    if (late.aborted || isLate(error)) throw new RegistryProblem('timeout', `${url.host} did not answer in time`);
    throw new RegistryProblem('unreachable', `${url.host} cannot be reached (${causeOf(error)})`);
  }
}

async function readBody(body: AsyncIterable<unknown>, { url, mostBytes }: RegistryRequest): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size > mostBytes)
      throw new RegistryProblem('too-large', `${url.host} answered more than ${mostBytes / 1024} KiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

function isLate(error: unknown): boolean {
  return ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'].includes(codeOf(error));
}

/** A code, never a message: messages of proxies may repeat their URL with its password. */
function causeOf(error: unknown): string {
  const code = codeOf(error);
  return code === '' ? 'the connection broke' : code;
}
