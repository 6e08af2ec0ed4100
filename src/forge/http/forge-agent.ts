import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { AppError } from '../../errors/app-error.ts';

export interface ForgeAgentOptions {
  /** File of authorities that are trusted beside the usual ones. */
  readonly caFile: string | undefined;
  /** URL of the proxy for this forge. */
  readonly proxy: string | undefined;
}

/** Two connections: proposing is never urgent, and forges count concurrent requests. Throws AppError when the authorities cannot be read. */
export function createForgeAgent({ caFile, proxy }: ForgeAgentOptions): Dispatcher {
  const tls = caFile === undefined ? {} : { ca: [...rootCertificates, readAuthorities(caFile)] };
  const options = { connections: 2, allowH2: false, headersTimeout: 25_000, bodyTimeout: 25_000 };
  if (proxy !== undefined) return new ProxyAgent({ ...options, uri: proxy, requestTls: tls });
  return new Agent({ ...options, connect: { timeout: 10_000, ...tls } });
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError({
      code: 'config-invalid',
      what: `cannot read ${file}`,
      why: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Correct forges[].caFile',
      cause,
    });
  }
}
