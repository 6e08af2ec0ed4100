import { join } from 'node:path';
import type { Kubectl } from '../kubectl.ts';
import { handEdits } from './hand-edits.ts';

export const manifestsDir = join(import.meta.dirname, 'manifests');
export const liveDir = join(import.meta.dirname, 'live');

/** Passwords are no part of Git: somebody else makes these. Their values are placeholders. */
const secrets = [
  ['catalogue-db', 'password=only-an-example'],
  ['orders-db', 'password=only-an-example'],
  ['payment-provider', 'key=only-an-example'],
] as const;

/** Applies the shop as a GitOps engine does, and waits until it runs and its autoscaler has had its say. */
export async function installShop(kubectl: Kubectl): Promise<void> {
  const apply = ['apply', '--server-side', '--field-manager=argocd-controller', '--filename'];
  await kubectl([...apply, join(manifestsDir, 'namespace.yaml')]);
  for (const [name, literal] of secrets) {
    await kubectl(['create', 'secret', 'generic', name, `--from-literal=${literal}`, '--namespace', 'harbour']);
  }
  await kubectl([...apply, manifestsDir]);
  await kubectl(['wait', '--for=jsonpath={.spec.replicas}=3', 'deployment/catalogue', '--timeout=120s', ...shop]);
  await kubectl(['wait', '--for=condition=Available', 'deployment', '--all', '--timeout=120s', ...shop]);
}

const shop = ['--namespace', 'harbour'];

/** Makes every hand edit, telling each story before it. */
export async function editByHand(kubectl: Kubectl, tell: (story: string) => void): Promise<void> {
  for (const { story, args, editor } of handEdits) {
    tell(story);
    await kubectl(args, editor === undefined ? {} : { KUBE_EDITOR: editor });
  }
}
