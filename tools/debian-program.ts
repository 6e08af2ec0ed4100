import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../src/errors/app-error.ts';
import { cacheDir } from './cache-dir.ts';
import { withFileLock } from './file-lock.ts';

const run = promisify(execFile);

/**
 * A program of a Debian package, for tests: the one on the PATH, else from the package, which is fetched once into the cache and unpacked
 * there, not installed. Throws AppError `tool-missing`.
 */
export async function debianProgram(name: string, onProgress: (line: string) => void): Promise<string> {
  const places = (process.env['PATH'] ?? '').split(delimiter).filter((place) => place !== '');
  const onPath = places.map((place) => join(place, name)).find(isExecutable);
  if (onPath !== undefined) return onPath;
  const dir = join(cacheDir(), 'debian', name);
  const file = join(dir, 'usr', 'bin', name);
  if (isExecutable(file)) return file;
  mkdirSync(join(cacheDir(), 'debian'), { recursive: true });
  await withFileLock(
    `${dir}.lock`,
    (owner) => onProgress(`waiting for process ${owner}, which fetches ${name}`),
    async () => {
      if (!isExecutable(file)) await unpack(name, dir, onProgress);
    },
  );
  return file;
}

async function unpack(name: string, dir: string, onProgress: (line: string) => void): Promise<void> {
  onProgress(`fetching the Debian package ${name}`);
  const work = mkdtempSync(`${dir}-`);
  try {
    await run('apt-get', ['download', name], { cwd: work, timeout: 300_000 }).catch(() => downloadAfresh(name, work));
    const archive = readdirSync(work).find((file) => file.endsWith('.deb')) ?? '';
    await run('dpkg-deb', ['--extract', join(work, archive), join(work, 'root')], { timeout: 300_000 });
    rmSync(dir, { recursive: true, force: true });
    renameSync(join(work, 'root'), dir);
  } catch (error) {
    throw new AppError({
      code: 'tool-missing',
      what: `cannot get ${name}`,
      why: error instanceof Error ? error.message : String(error),
      remedy: `Install ${name}, or let apt-get download reach a mirror of Debian`,
      cause: error,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A machine whose lists of packages are missing or old gets some of its own, which nobody else sees. */
async function downloadAfresh(name: string, work: string): Promise<void> {
  const [lists, cache] = [join(work, 'lists'), join(work, 'cache')];
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(join(cache, 'archives', 'partial'), { recursive: true });
  const own = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`];
  await run('apt-get', [...own, 'update'], { cwd: work, timeout: 300_000 });
  await run('apt-get', [...own, 'download', name], { cwd: work, timeout: 300_000 });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
