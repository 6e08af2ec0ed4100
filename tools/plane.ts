import { parseArgs } from 'node:util';
import { AppError } from '../src/errors/app-error.ts';
import { startPlane } from './plane/start-plane.ts';

/** `npm run plane`: one real control plane until Ctrl-C. `--nodes N` makes N nodes. */
async function main(): Promise<void> {
  const onProgress = (line: string): void => console.error(line);
  const { values } = parseArgs({ options: { nodes: { type: 'string', default: '1' } } });
  const nodes = Number.parseInt(values.nodes, 10);
  if (!(nodes >= 1 && nodes <= 5_000)) {
    throw new AppError({
      code: 'usage',
      what: 'cannot start a control plane',
      why: `--nodes ${values.nodes} is no number from 1 to 5000`,
      remedy: 'Give such a number, or leave it away for one node',
    });
  }
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  process.once('SIGINT', () => ask());
  process.once('SIGTERM', () => ask());
  process.once('SIGHUP', () => ask());
  const started = Date.now();
  const plane = await startPlane({ nodes, onProgress });
  console.log(
    `A Kubernetes control plane is running (ready after ${((Date.now() - started) / 1_000).toFixed(1)} s).\n`,
  );
  console.log(`export KUBECONFIG=${plane.kubeconfig}`);
  console.log('npx kubectl get nodes\n');
  console.log(`API server ${plane.url}, logs in ${plane.dir}/logs. Ctrl-C stops and removes it.`);
  // Promises alone do not keep Node alive; the running components do not either once one of them is restarted.
  const alive = setInterval(() => {}, 3_600_000);
  await asked;
  clearInterval(alive);
  await plane.stop();
  console.log('\nStopped.');
}

main().catch((error: unknown) => {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 2;
});
