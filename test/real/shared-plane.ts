import type { TestProject } from 'vitest/node';
import { startPlane } from '../../tools/plane/start-plane.ts';

declare module 'vitest' {
  interface ProvidedContext {
    plane: { readonly kubeconfig: string; readonly url: string; readonly etcdUrl: string; readonly dir: string };
  }
}

/** One control plane for all files of the project `real`; without it the whole project fails, nothing is skipped. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const plane = await startPlane({ nodes: 2, onProgress: (line) => console.error(line) });
  const { kubeconfig, url, etcdUrl, dir } = plane;
  project.provide('plane', { kubeconfig, url, etcdUrl, dir });
  return () => plane.stop();
}
