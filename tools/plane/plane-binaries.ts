import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../src/errors/app-error.ts';
import { cacheDir } from '../cache-dir.ts';
import { buildPlane, buildRecipe } from './build-plane.ts';

/** The programs of a control plane, by file name. */
export const planePrograms = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;
export type PlaneProgram = (typeof planePrograms)[number];
export type PlaneBinaries = Readonly<Record<PlaneProgram, string>>;

/**
 * Finds the five programs: in the directory `MOORING_PLANE_BIN` names, else in the cache, else builds them with Go into the
 * cache (minutes when cold). Throws AppError `tool-missing` when none of these works.
 */
export async function findPlaneBinaries(onProgress: (line: string) => void): Promise<PlaneBinaries> {
  const named = process.env['MOORING_PLANE_BIN'];
  if (named !== undefined && named !== '') {
    const missing = missingIn(named);
    if (missing.length === 0) return binariesIn(named);
    throw new AppError({
      code: 'tool-missing',
      what: `MOORING_PLANE_BIN names ${named}`,
      why: `${missing.join(', ')} cannot be run from there`,
      remedy: `Put ${planePrograms.join(', ')} into that directory, or unset MOORING_PLANE_BIN to have them built`,
    });
  }
  const dir = join(cacheDir(), 'control-plane', planeKey());
  if (missingIn(dir).length > 0) await buildPlane(dir, () => missingIn(dir).length === 0, onProgress);
  return binariesIn(dir);
}

/** What the binaries depend on: the locked modules, the way they are built, and the machine. */
function planeKey(): string {
  const hash = createHash('sha256').update(JSON.stringify(buildRecipe)).update(`${process.platform}/${process.arch}`);
  for (const module of ['control-plane', 'etcd']) {
    for (const file of ['go.mod', 'go.sum'])
      hash.update(readFileSync(join(dirname(import.meta.dirname), module, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function binariesIn(dir: string): PlaneBinaries {
  return {
    etcd: join(dir, 'etcd'),
    'kube-apiserver': join(dir, 'kube-apiserver'),
    'kube-controller-manager': join(dir, 'kube-controller-manager'),
    'kube-scheduler': join(dir, 'kube-scheduler'),
    kwok: join(dir, 'kwok'),
  };
}

function missingIn(dir: string): readonly string[] {
  return planePrograms.filter((name) => !isExecutable(join(dir, name)));
}

function isExecutable(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
