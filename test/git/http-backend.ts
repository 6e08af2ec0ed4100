import { spawn, spawnSync } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

/** Answers a request of git's smart HTTP with git's own backend. */
export async function runHttpBackend(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const url = new URL(request.url ?? '/', 'https://git.test');
  const child = spawn(join(execPath(), 'git-http-backend'), [], {
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'tester',
    },
  });
  request.pipe(child.stdin);
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.on('close', () => {
    const all = Buffer.concat(output);
    const end = all.indexOf('\r\n\r\n');
    for (const line of all.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/s);
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else if (name !== '') response.setHeader(name, value);
    }
    response.end(all.subarray(end + 4));
    ended.resolve();
  });
  await ended.promise;
}

function execPath(): string {
  return spawnSync('git', ['--exec-path'], { encoding: 'utf8' }).stdout.trim();
}
