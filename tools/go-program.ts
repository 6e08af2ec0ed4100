import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Go on the PATH, else where its official archive is unpacked; undefined when there is none. */
export function findGo(): string | undefined {
  const dirs = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/go/bin', '/usr/lib/go/bin'];
  return dirs.map((dir) => join(dir, 'go')).find((file) => existsSync(file));
}

/** Where Go runs, and whether it may link C. */
export interface GoPlace {
  readonly directory: string;
  readonly cgo: boolean;
}

/** Runs the Go command on the modules that are locked, without looking for another toolchain. */
export function runGo(
  go: string,
  args: readonly string[],
  place: GoPlace,
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; output: string; errors: string }>();
  const env = {
    ...process.env,
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: place.cgo ? '1' : '0',
    GOWORK: 'off',
    GOFLAGS: '-mod=readonly -trimpath -buildvcs=false',
  };
  const child = spawn(go, args, { cwd: place.directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors = (errors + chunk).slice(-20_000)));
  child.once('error', reject);
  child.once('close', (code) => resolve({ code: code ?? 1, output, errors }));
  return promise;
}
