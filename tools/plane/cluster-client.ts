import { request } from 'node:https';
import type { KeyedCertificate } from './x509.ts';

export interface ClusterAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends one request to the API server; resolves with any status, rejects when nobody answers. */
export type ClusterClient = (method: string, path: string, body?: unknown) => Promise<ClusterAnswer>;

/** The few requests the plane itself must make before anything else can; a fresh connection each, so restarts do not matter. */
export function createClusterClient(url: string, ca: string, client: KeyedCertificate): ClusterClient {
  return (method, path, body) => {
    const { promise, resolve, reject } = Promise.withResolvers<ClusterAnswer>();
    const call = request(
      new URL(path, url),
      {
        method,
        ca,
        cert: client.certificate,
        key: client.key,
        agent: false,
        timeout: 5_000,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer within 5 s')));
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  };
}
