import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createAuthority, issueCertificate } from '../../tools/plane/x509.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { runHttpBackend } from './http-backend.ts';

export interface GitServer {
  /** `https://127.0.0.1:PORT` */
  readonly origin: string;
  /** The file that makes git trust the server. */
  readonly caFile: string;
  /** The Authorization headers that came, in their order. */
  readonly seen: (string | undefined)[];
}

export interface GitServerOptions {
  /** Folder of repositories. */
  readonly root: string;
  /** What the Authorization header has to be; anything else is 401. */
  readonly authorization?: string;
  /** Where every request is sent instead. */
  readonly redirectTo?: string;
  /** Answers nothing at all. */
  readonly isSilent?: boolean;
}

/** Real smart HTTP over TLS: git's own `http-backend` behind a small server. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const authority = createAuthority('git test');
  const leaf = issueCertificate(authority, {
    subject: { commonName: '127.0.0.1' },
    purpose: 'server',
    hosts: ['127.0.0.1'],
  });
  const caFile = join(temporaryFolder(), 'ca.crt');
  writeFileSync(caFile, authority.certificate);
  const seen: (string | undefined)[] = [];
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    seen.push(request.headers.authorization);
    if (options.isSilent === true) return;
    if (options.redirectTo !== undefined) {
      response.writeHead(302, { location: options.redirectTo + (request.url ?? '') }).end();
    } else if (options.authorization !== undefined && request.headers.authorization !== options.authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    } else void runHttpBackend(options.root, request, response);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { origin: `https://127.0.0.1:${port}`, caFile, seen };
}
