import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPlane } from '../tools/plane/start-plane.ts';
import { editByHand, installShop, liveDir } from './harbour-shop/install.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';

/**
 * Makes `harbour-shop/live` again: the shop on a real control plane, edited by hand, dumped as kubectl prints it. Secrets are not
 * dumped.
 */
const kinds = [
  'deployments.apps',
  'statefulsets.apps',
  'services',
  'configmaps',
  'cronjobs.batch',
  'ingresses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'horizontalpodautoscalers.autoscaling',
  'poddisruptionbudgets.policy',
] as const;

const tell = (line: string): void => console.error(line);
const plane = await startPlane({ onProgress: tell });
try {
  const kubectl = createKubectl(plane.kubeconfig);
  tell('installing the shop');
  await installShop(kubectl);
  // Timestamps have a resolution of a second: without a pause the edits would look like part of the installation.
  await sleep(2000);
  await editByHand(kubectl, tell);
  await sleep(3000);
  await dump(kubectl);
} finally {
  await plane.stop();
}

async function dump(kubectl: Kubectl): Promise<void> {
  await rm(liveDir, { recursive: true, force: true });
  await mkdir(liveDir, { recursive: true });
  const read = ['get', '--output=yaml', '--show-managed-fields'];
  await writeFile(join(liveDir, 'namespace.yaml'), await kubectl([...read, 'namespace/harbour']));
  for (const kind of kinds) {
    const text = await kubectl([
      ...read,
      kind,
      '--namespace=harbour',
      '--field-selector=metadata.name!=kube-root-ca.crt',
    ]);
    await writeFile(join(liveDir, `${kind.split('.')[0] ?? kind}.yaml`), text);
  }
  tell(`dumped ${kinds.length + 1} files into ${liveDir}`);
}
