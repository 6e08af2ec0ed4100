import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../src/errors/app-error.ts';
import { cacheDir } from '../cache-dir.ts';
import { withFileLock } from '../file-lock.ts';
import { findGo, runGo } from '../go-program.ts';

/** A Gitea server that runs: the program, and the folder with its templates and texts. */
export interface GiteaProgram {
  readonly program: string;
  readonly root: string;
}

const goPackage = 'code.gitea.io/gitea';
const moduleDir = join(import.meta.dirname, 'module');
const buildArguments = ['build', '-p', '2', '-tags', 'sqlite sqlite_unlock_notify', '-ldflags', '-s -w'] as const;
/** What it reads from disk when it runs. */
const folders = ['templates', 'options', 'public'] as const;

/**
 * Finds Gitea: in the directory `MOORING_GITEA` names (`gitea`, `templates`, `options`, `public`), else in the cache, else builds it with
 * Go and a C compiler into the cache (minutes when cold). Throws AppError `tool-missing` when none of these works.
 */
export async function findGitea(onProgress: (line: string) => void): Promise<GiteaProgram> {
  const named = process.env['MOORING_GITEA'];
  if (named !== undefined && named !== '') {
    if (isComplete(named)) return programIn(named);
    throw missing(`MOORING_GITEA names ${named}, which lacks the program or one of ${folders.join(', ')}`);
  }
  const dir = join(cacheDir(), 'gitea', buildKey());
  if (isComplete(dir)) return programIn(dir);
  mkdirSync(dirname(dir), { recursive: true });
  const onWait = (owner: number): void => onProgress(`waiting for process ${owner}, which builds Gitea`);
  await withFileLock(`${dir}.lock`, onWait, () => buildInto(dir, onProgress));
  return programIn(dir);
}

/** The directory appears only when it is complete. */
async function buildInto(dir: string, onProgress: (line: string) => void): Promise<void> {
  if (isComplete(dir)) return;
  const go = findGo();
  if (go === undefined) throw missing('it is not in the cache, and there is no Go to build it with');
  onProgress('building Gitea with Go: 1 to 10 minutes the first time, cached afterwards');
  const work = mkdtempSync(join(dirname(dir), 'building-'));
  try {
    await runOrThrow(go, [...buildArguments, '-o', join(work, 'gitea'), goPackage]);
    const source = (await runOrThrow(go, ['list', '-m', '-f', '{{.Dir}}', goPackage])).trim();
    // The module cache is read-only and may be swept; the program must not depend on it.
    for (const folder of folders) copyTree(join(source, folder), join(work, folder));
    rmSync(dir, { recursive: true, force: true });
    renameSync(work, dir);
    onProgress('built Gitea');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Folders of the module cache are read-only; their copies must not be, or nobody could remove them. */
function copyTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else copyFileSync(source, target);
  }
}

async function runOrThrow(go: string, args: readonly string[]): Promise<string> {
  const { code, output, errors } = await runGo(go, args, { directory: moduleDir, cgo: true });
  if (code === 0) return output;
  throw missing(`go ${args[0] ?? ''} ended with ${code}:\n${errors.trimEnd().split('\n').slice(-15).join('\n')}\n`);
}

/** What the program depends on: the locked modules, the way it is built, and the machine. */
function buildKey(): string {
  const hash = createHash('sha256').update(JSON.stringify([buildArguments, folders, process.platform, process.arch]));
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(moduleDir, file)));
  return hash.digest('hex').slice(0, 16);
}

function isComplete(dir: string): boolean {
  return ['gitea', ...folders].every((name) => existsSync(join(dir, name)));
}

function programIn(dir: string): GiteaProgram {
  return { program: join(dir, 'gitea'), root: dir };
}

function missing(why: string): AppError {
  return new AppError({
    code: 'tool-missing',
    what: 'Gitea for the tests cannot be had',
    why,
    remedy:
      'Install Go 1.26 or newer and a C compiler, with the Go module proxy in reach, or set MOORING_GITEA to a directory with it',
  });
}
