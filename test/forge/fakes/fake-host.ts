import { Buffer } from 'node:buffer';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { type JsonValue, parseJson } from '../../../src/resource/json.ts';
import { createAuthority, issueCertificate } from '../../../tools/plane/x509.ts';
import { runHttpBackend } from '../../git/http-backend.ts';
import type { Faults } from '../forge-world.ts';
import type { SeenRequest } from './api-check.ts';
import { createFaults } from './fake-faults.ts';
import { type FakeRepository, makeFakeRepository } from './fake-repository.ts';

export interface FakeAnswer {
  readonly status: number;
  readonly body: JsonValue;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request of the API, and who makes it. */
export interface FakeCall extends SeenRequest {
  readonly actor: string;
  readonly headers: IncomingMessage['headers'];
}

/** What makes a host one forge and not another. */
export interface FakeDialect {
  /** Path of the API: `/api/v3`. What is below another base is `answer`ed with its whole path. */
  answer(repository: FakeRepository, call: FakeCall): FakeAnswer;
  /** The account behind the Authorization and other headers; undefined is 401. */
  actorOf(headers: IncomingMessage['headers'], isGit: boolean): string | undefined;
  /** Whether a request changes anything: forges read over POST, too. */
  isWrite(method: string, path: string, body: string): boolean;
}

export interface FakeHost extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  readonly origin: string;
  readonly caFile: string;
  readonly agent: Agent;
  readonly root: string;
  readonly repository: FakeRepository;
  readonly faults: Faults;
  /** What broke the published description, in sentences. */
  readonly violations: readonly string[];
}

/** A forge of one repository, `/shop/web.git`, over TLS on a loopback port: its API, and git's own smart HTTP. Ends with an error when the description was broken. */
export async function startFakeHost(
  makeDialect: (violations: string[]) => FakeDialect,
  files: Readonly<Record<string, string>>,
): Promise<FakeHost> {
  const root = mkdtempSync(join(tmpdir(), 'mooring-fake-'));
  const repository = makeFakeRepository(root, join(root, 'hosted', 'shop', 'web.git'), files);
  const violations: string[] = [];
  const dialect = makeDialect(violations);
  const { faults, pass } = createFaults();
  const answerApi = async (
    request: IncomingMessage,
  ): Promise<
    FakeAnswer | { readonly raw: string; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  > => {
    const text = await readAll(request);
    const url = new URL(request.url ?? '/', 'https://forge.test');
    const method = request.method ?? 'GET';
    const isWrite = dialect.isWrite(method, url.pathname, text);
    return pass({ key: `${method} ${request.url} ${text}`, isWrite }, () => {
      const actor = dialect.actorOf(request.headers, false);
      if (actor === undefined) return { status: 401, body: { message: 'Bad credentials' } };
      const body = text === '' ? undefined : parseJson(text);
      const call = { method, path: url.pathname, query: url.searchParams, body, actor, headers: request.headers };
      return dialect.answer(repository, call);
    });
  };
  const serveGit = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const actor = dialect.actorOf(request.headers, true);
    if (actor === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="forge"' }).end();
    else if (repository.isGone) response.writeHead(404).end();
    else {
      await runHttpBackend(join(root, 'hosted'), request, response);
      if (request.url?.includes('git-receive-pack') === true) repository.sync(actor);
    }
  };
  const authority = createAuthority('fake forge');
  const issued = issueCertificate(authority, {
    subject: { commonName: 'forge' },
    purpose: 'server',
    hosts: ['127.0.0.1'],
  });
  const caFile = join(root, 'ca.crt');
  writeFileSync(caFile, authority.certificate);
  const server = createServer({ cert: issued.certificate, key: issued.key }, (request, response) => {
    const served =
      request.url?.startsWith('/shop/web.git/') === true
        ? serveGit(request, response)
        : answerApi(request).then((answer) => respond(response, answer));
    served.catch((error: unknown) => {
      violations.push(`the fake broke: ${String(error)}`);
      response.destroy();
    });
  });
  const ready = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => ready.resolve());
  await ready.promise;
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const agent = new Agent({ connect: { ca: authority.certificate } });
  return {
    origin: `https://127.0.0.1:${port}`,
    caFile,
    agent,
    root,
    repository,
    faults,
    violations,
    async [Symbol.asyncDispose]() {
      await agent.close();
      server.closeAllConnections();
      server.close();
      rmSync(root, { recursive: true, force: true });
      if (violations.length > 0) throw new Error(`the published description was broken:\n${violations.join('\n')}`);
    },
  };
}

function respond(
  response: ServerResponse,
  answer:
    | FakeAnswer
    | { readonly raw: string; readonly status: number; readonly headers: Readonly<Record<string, string>> },
): void {
  const isRaw = 'raw' in answer;
  const text = isRaw ? answer.raw : answer.status === 204 ? '' : JSON.stringify(answer.body);
  const type = isRaw ? {} : { 'content-type': 'application/json' };
  response.writeHead(answer.status, { ...type, ...answer.headers, 'content-length': String(Buffer.byteLength(text)) });
  response.end(text);
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
