import { spawn } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../errors/app-error.ts';

/** Signs the text of a commit; the answer is what goes under `gpgsig`. */
export type SignCommit = (payload: string, signal: AbortSignal) => Promise<string>;

export interface SshSignerOptions {
  /** Path of a private key without a passphrase. Ed25519 keys sign the same text the same way, which keeps commit ids stable. */
  readonly keyFile: string;
  /** The program; `ssh-keygen` is looked for on `searchPath`. */
  readonly program?: string;
  readonly searchPath: string;
}

const limit = 20_000;

/** A signer that uses an SSH key as `git commit -S` with `gpg.format=ssh` would. The key is named to a child process, never read here. */
export function createSshSigner(options: SshSignerOptions): SignCommit {
  return async (payload, signal) => {
    const folder = await mkdtemp(join(tmpdir(), 'mooring-sign-'));
    try {
      const file = join(folder, 'commit');
      await writeFile(file, payload, { mode: 0o600 });
      const signature = await sign(options, file, signal);
      return signature.trimEnd();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

async function sign(options: SshSignerOptions, file: string, signal: AbortSignal): Promise<string> {
  const { keyFile, program = 'ssh-keygen', searchPath } = options;
  const child = spawn(program, ['-Y', 'sign', '-q', '-n', 'git', '-f', keyFile, file], {
    env: { PATH: searchPath, LC_ALL: 'C.UTF-8', SSH_ASKPASS_REQUIRE: 'never' },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    timeout: limit,
    killSignal: 'SIGKILL',
  });
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  const code = await promise.catch((cause: unknown) => {
    throw failed('ssh-keygen could not be started', cause);
  });
  if (code !== 0)
    throw failed(
      Buffer.concat(complaints).toString('utf8').replaceAll(/\s+/g, ' ').trim().slice(0, 200) ||
        `ssh-keygen ended with ${code}`,
    );
  return await readFile(`${file}.sig`, 'utf8');
}

function failed(why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'proposal-failed',
    what: 'cannot sign a commit',
    why,
    remedy: 'Check the signing key: it must exist, be readable for Mooring alone, and have no passphrase',
    ...(cause === undefined ? {} : { cause }),
  });
}
