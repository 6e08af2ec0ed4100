import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianProgram } from '../../tools/debian-program.ts';
import { findFreePorts } from '../../tools/plane/free-ports.ts';
import type { Blob } from './images-of.ts';

/** The real registry of the distribution project, as Debian packages it. */
export interface RegistryProcess extends AsyncDisposable {
  /** `127.0.0.1:23456`. */
  readonly host: string;
  /** Pushes a blob, and a manifest under a tag, by the HTTP API. Answers with the digest that the registry tells. */
  pushBlob(repository: string, blob: Blob): Promise<void>;
  pushManifest(repository: string, tag: string, manifest: Blob, type: string): Promise<string>;
}

export interface RegistryOptions {
  /** Lines of the member `auth`, for a registry that asks for tokens. */
  readonly auth?: Readonly<Record<string, unknown>>;
  /** `Authorization` of the one who pushes. */
  readonly authorization?: (repository: string) => string;
}

export async function startRegistry({ auth, authorization }: RegistryOptions = {}): Promise<RegistryProcess> {
  const program = await debianProgram('docker-registry', () => {});
  const [port = 0] = await findFreePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'mooring-registry-'));
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'storage') } },
    http: { addr: `127.0.0.1:${port}` },
    ...(auth === undefined ? {} : { auth }),
  };
  const file = join(folder, 'config.yml');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(program, ['serve', file], { stdio: 'ignore' });
  const host = `127.0.0.1:${port}`;
  for (let tries = 0; !(await isUp(host)); tries += 1) {
    if (tries > 200 || child.exitCode !== null) throw new Error('the registry does not start');
    await sleep(50);
  }
  const headers = (repository: string): Record<string, string> =>
    authorization === undefined ? {} : { authorization: authorization(repository) };
  return {
    host,
    async pushBlob(repository, { bytes, digest }) {
      const started = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, {
        method: 'POST',
        headers: headers(repository),
      });
      const place = new URL(started.headers.get('location') ?? '', `http://${host}`);
      place.searchParams.set('digest', digest);
      const type = { 'content-type': 'application/octet-stream' };
      const done = await fetch(place, {
        method: 'PUT',
        headers: { ...headers(repository), ...type },
        body: new Uint8Array(bytes),
      });
      if (done.status !== 201) throw new Error(`pushing a blob: ${done.status} ${await done.text()}`);
    },
    async pushManifest(repository, tag, { bytes }, type) {
      const done = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
        method: 'PUT',
        headers: { ...headers(repository), 'content-type': type },
        body: new Uint8Array(bytes),
      });
      if (done.status !== 201) throw new Error(`pushing a manifest: ${done.status} ${await done.text()}`);
      return done.headers.get('docker-content-digest') ?? '';
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.kill('SIGKILL')) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function isUp(host: string): Promise<boolean> {
  try {
    await fetch(`http://${host}/v2/`);
    return true;
  } catch {
    return false;
  }
}
