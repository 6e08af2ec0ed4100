import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Agent, type Dispatcher } from 'undici';
import { createComponent } from '../plane/component.ts';
import { findFreePorts } from '../plane/free-ports.ts';
import { createAuthority, issueCertificate } from '../plane/x509.ts';
import { appIni } from './app-ini.ts';
import { findGitea, type GiteaProgram } from './gitea-program.ts';

/** A running Gitea of this process alone. It ends when this process ends, however that happens. */
export interface Gitea extends AsyncDisposable {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** File of the authority that its certificate is from. */
  readonly caFile: string;
  /** For requests that trust it. */
  readonly agent: Dispatcher;
  /** Temporary directory with data and log; removed at the end. */
  readonly dir: string;
  /** Makes a user, or an administrator, and a token with all scopes. The password is the name with ` password` behind it. */
  createUser(name: string, options?: { readonly admin?: boolean }): Promise<GiteaUser>;
  /** Ends the server at once and keeps its data. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
}

export interface GiteaUser {
  readonly name: string;
  readonly email: string;
  readonly token: string;
}

const run = promisify(execFile);

/** Makes an empty Gitea ready: about 2 s when the program is built. */
export async function startGitea(onProgress: (line: string) => void = () => {}): Promise<Gitea> {
  const program = await findGitea(onProgress);
  const [port = 0] = await findFreePorts(1);
  const dir = mkdtempSync(join(tmpdir(), 'mooring-gitea-'));
  mkdirSync(join(dir, 'home'));
  const authority = createAuthority('mooring-gitea');
  const issued = issueCertificate(authority, {
    subject: { commonName: 'gitea' },
    purpose: 'server',
    hosts: ['localhost', '127.0.0.1'],
  });
  const write = (name: string, content: string): string => {
    writeFileSync(join(dir, name), content, { mode: 0o600 });
    return join(dir, name);
  };
  const caFile = write('ca.crt', authority.certificate);
  const files = { certificateFile: write('tls.crt', issued.certificate), keyFile: write('tls.key', issued.key) };
  write('app.ini', appIni({ dir, root: program.root, port, ...files }));
  const agent = new Agent({ connect: { ca: authority.certificate } });
  const environment = environmentOf(dir);
  const server = createComponent({
    name: 'gitea',
    command: program.program,
    args: ['web', '--config', join(dir, 'app.ini')],
    logFile: join(dir, 'gitea.log'),
    cwd: dir,
    environment,
  });
  const url = `https://127.0.0.1:${port}`;
  await administer(program, dir, ['migrate']);
  const start = async (): Promise<void> => {
    server.start();
    while (!(await answers(url, agent))) {
      server.assertRunning();
      await sleep(50);
    }
  };
  await start();
  return {
    url,
    caFile,
    agent,
    dir,
    createUser: (name, options) => createUser(program, dir, name, options?.admin === true),
    kill: () => server.stop(),
    restart: start,
    async [Symbol.asyncDispose]() {
      await agent.destroy();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function createUser(program: GiteaProgram, dir: string, name: string, admin: boolean): Promise<GiteaUser> {
  const email = `${name}@example.dev`;
  const about = ['--username', name, '--email', email, '--password', `${name} password`];
  const rights = ['--must-change-password=false', ...(admin ? ['--admin'] : [])];
  await administer(program, dir, ['admin', 'user', 'create', ...about, ...rights]);
  const asked = ['--username', name, '--token-name', 'tests', '--scopes', 'all', '--raw'];
  const printed = await administer(program, dir, ['admin', 'user', 'generate-access-token', ...asked]);
  // Gitea's commands log to standard output as well, and on a busy machine also after their answer.
  const token = /^[0-9a-f]{40}$/m.exec(printed)?.[0];
  if (token === undefined) throw new Error(`Gitea printed no token for ${name}: ${printed}`);
  return { name, email, token };
}

async function administer(program: GiteaProgram, dir: string, args: readonly string[]): Promise<string> {
  const config = ['--config', join(dir, 'app.ini')];
  const { stdout } = await run(program.program, [...args, ...config], { cwd: dir, env: environmentOf(dir) });
  return stdout;
}

function environmentOf(dir: string): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: join(dir, 'home'), GITEA_WORK_DIR: dir };
}

async function answers(url: string, agent: Dispatcher): Promise<boolean> {
  try {
    const { statusCode, body } = await agent.request({ origin: url, path: '/api/v1/version', method: 'GET' });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
