import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type KubectlResult, sharedPlane } from './plane-access.ts';

/** Runs the command line as a user does, as a process of its own, against the shared plane. It may fail. */
export function runMooring(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<KubectlResult> {
  const { dir, kubeconfig } = sharedPlane();
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir, KUBECONFIG: kubeconfig, ...environment };
  const { promise, resolve } = Promise.withResolvers<KubectlResult>();
  execFile(process.execPath, [main, ...args], { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
    const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
    resolve({ code, stdout, stderr });
  });
  return promise;
}
