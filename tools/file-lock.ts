import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while holding a lock file that names this process; waits while another living process holds it. A lock whose
 * owner has died is taken over.
 */
export async function withFileLock<T>(
  file: string,
  onWait: (owner: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  let told = false;
  while (!acquire(file)) {
    const owner = Number(readOrEmpty(file));
    if (!isAlive(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) onWait(owner);
    told = true;
    await sleep(1_000);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** A link appears with its content at once; a file written in place could be read empty and taken for abandoned. */
function acquire(file: string): boolean {
  const own = `${file}.${process.pid}-${randomUUID()}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a process with this id exists; an unreadable owner counts as gone only when it is not a number at all. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
