import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFileLock } from '../../tools/file-lock.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'file-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const nobodyWaits = (): void => {
  throw new Error('nobody should have to wait');
};

test('the lock is held during the work and gone after it, even when the work fails', async () => {
  const lock = join(dir, 'lock');
  const held = await withFileLock(lock, nobodyWaits, () => Promise.resolve(existsSync(lock)));
  expect(held).toBe(true);
  expect(existsSync(lock)).toBe(false);
  await expect(withFileLock(lock, nobodyWaits, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(existsSync(lock)).toBe(false);
});

test('a second builder waits for the first', async () => {
  const lock = join(dir, 'lock');
  const order: string[] = [];
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const first = withFileLock(lock, nobodyWaits, async () => {
    await gate;
    order.push('first');
  });
  const second = withFileLock(
    lock,
    () => open(),
    () => Promise.resolve(order.push('second')),
  );
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
});

test('a lock left by a process that died is taken over', async () => {
  const lock = join(dir, 'lock');
  // Beyond the largest process id of Linux.
  writeFileSync(lock, '4999999');
  expect(await withFileLock(lock, nobodyWaits, () => Promise.resolve('done'))).toBe('done');
});
