import { AppError } from '../src/errors/app-error.ts';
import { bundleWhenStale } from './bundle.ts';
import { findGitea } from './gitea/gitea-program.ts';
import { makeKubeToolsReady } from './kube-tools.ts';
import { findPlaneBinaries } from './plane/plane-binaries.ts';

/** The half of `tools/setup.sh` that runs on Node 24. With `--tests` it also gets the control plane and Gitea. Repeats nothing. */
async function main(): Promise<void> {
  const onProgress = (line: string): void => console.error(`setup: ${line}`);
  await makeKubeToolsReady(onProgress);
  // A source that does not compile must not stop the checks that would explain why.
  await bundleWhenStale(onProgress).catch(() =>
    onProgress('no bundle; the command line runs from the sources instead'),
  );
  if (!process.argv.includes('--tests')) return;
  await findPlaneBinaries(onProgress);
  await findGitea(onProgress);
}

main().catch((error: unknown) => {
  console.error(error instanceof AppError ? `setup: ${error.message}` : error);
  process.exitCode = 2;
});
