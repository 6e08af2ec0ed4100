import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../src/errors/app-error.ts';
import { withFileLock } from '../file-lock.ts';
import { findGo, runGo } from '../go-program.ts';

interface Step {
  readonly program: string;
  readonly module: 'control-plane' | 'etcd';
  readonly package: string;
  readonly kubernetes: boolean;
}

const kubernetesStep = (program: string): Step => ({
  program,
  module: 'control-plane',
  package: `k8s.io/kubernetes/cmd/${program}`,
  kubernetes: true,
});

/**
 * The API server reports the version that is linked in here; without it every version-dependent decision would be tested
 * against "v0.0.0-master". etcd has a module of its own because it needs other versions of shared dependencies.
 */
const stamp = {
  gitVersion: 'v1.36.3',
  gitMajor: '1',
  gitMinor: '36',
  gitTreeState: 'clean',
  gitCommit: 'none',
  buildDate: '1970-01-01T00:00:00Z',
};
const steps: readonly Step[] = [
  { program: 'etcd', module: 'etcd', package: 'go.etcd.io/etcd/server/v3', kubernetes: false },
  kubernetesStep('kube-apiserver'),
  kubernetesStep('kube-controller-manager'),
  kubernetesStep('kube-scheduler'),
  { program: 'kwok', module: 'control-plane', package: 'sigs.k8s.io/kwok/cmd/kwok', kubernetes: false },
];

/** Part of the cache key: change `revision` when a build must not be reused though nothing below changed. */
export const buildRecipe = { revision: 1, stamp, steps };

/**
 * Builds all programs into `dir`, which appears only when it is complete. Two builders do not collide: the second waits and
 * then finds `isComplete`. Throws AppError `tool-missing` without Go or when a build fails.
 */
export async function buildPlane(
  dir: string,
  isComplete: () => boolean,
  onProgress: (line: string) => void,
): Promise<void> {
  const parent = dirname(dir);
  mkdirSync(parent, { recursive: true });
  const onWait = (owner: number): void => onProgress(`waiting for process ${owner}, which builds the control plane`);
  await withFileLock(`${dir}.lock`, onWait, async () => {
    if (isComplete()) return;
    const go = findGo();
    if (go === undefined) throw missingGo();
    const work = mkdtempSync(join(parent, 'building-'));
    try {
      onProgress('building the Kubernetes control plane with Go: 1 to 10 minutes the first time, cached afterwards');
      for (const [index, step] of steps.entries()) {
        const started = Date.now();
        await goBuild(go, step, join(work, step.program));
        const seconds = Math.round((Date.now() - started) / 1_000);
        onProgress(`built ${step.program} (${index + 1} of ${steps.length}, ${seconds} s)`);
      }
      rmSync(dir, { recursive: true, force: true });
      renameSync(work, dir);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

async function goBuild(go: string, step: Step, output: string): Promise<void> {
  const moduleDir = join(dirname(import.meta.dirname), step.module);
  const args = ['build', '-p', '2', '-ldflags', linkerFlags(step), '-o', output, step.package];
  const { code, errors } = await runGo(go, args, { directory: moduleDir, cgo: false });
  if (code === 0) return;
  throw new AppError({
    code: 'tool-missing',
    what: `cannot build ${step.program} for the test control plane`,
    why: `go build ended with ${code}:\n${errors.trimEnd().split('\n').slice(-15).join('\n')}\n`,
    remedy: `See whether Go 1.26 or newer and the Go module proxy are there, or set MOORING_PLANE_BIN to a directory with the programs`,
  });
}

function linkerFlags(step: Step): string {
  if (!step.kubernetes) return '-s -w';
  const stamps = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((target) =>
    Object.entries(stamp).map(([name, value]) => `-X ${target}.${name}=${value}`),
  );
  return ['-s -w', ...stamps].join(' ');
}

function missingGo(): AppError {
  return new AppError({
    code: 'tool-missing',
    what: 'the Kubernetes control plane for the tests cannot be had',
    why: 'it is neither named by MOORING_PLANE_BIN nor in the cache, and there is no Go to build it with',
    remedy:
      'Install Go 1.26 or newer, or set MOORING_PLANE_BIN to a directory with etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok',
  });
}
