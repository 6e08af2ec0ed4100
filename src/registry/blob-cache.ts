import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Manifests and configurations by digest. What is found is what was stored: the digest is proved with each read. */
export interface BlobCache {
  get(digest: string): Promise<Uint8Array | null>;
  /** A cache that cannot be written costs requests, nothing else. */
  put(digest: string, bytes: Uint8Array): Promise<void>;
}

export interface BlobCacheOptions {
  /** A directory of Mooring's own; made when absent. */
  readonly directory: string;
  /** Files that are kept at most; the ones not used for longest go first. */
  readonly mostFiles: number;
}

export function createBlobCache({ directory, mostFiles }: BlobCacheOptions): BlobCache {
  let untilPrune = 0;
  const fileOf = (digest: string): string => join(directory, digest.replace(':', '-'));
  return {
    async get(digest) {
      try {
        const file = fileOf(digest);
        const bytes = await readFile(file);
        if (!isOfDigest(bytes, digest)) {
          await rm(file, { force: true });
          return null;
        }
        const now = new Date();
        await utimes(file, now, now).catch(() => {});
        return bytes;
      } catch {
        return null;
      }
    },
    async put(digest, bytes) {
      const work = `${fileOf(digest)}.${randomUUID()}.new`;
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeFile(work, bytes, { mode: 0o600 });
        await rename(work, fileOf(digest));
        untilPrune -= 1;
        if (untilPrune > 0) return;
        untilPrune = Math.ceil(mostFiles / 10);
        await prune(directory, mostFiles);
      } catch {
        await rm(work, { force: true }).catch(() => {});
      }
    },
  };
}

async function prune(directory: string, mostFiles: number): Promise<void> {
  const names = await readdir(directory);
  if (names.length <= mostFiles) return;
  const files = await Promise.all(
    names.map(async (name) => ({
      name,
      usedAt: await stat(join(directory, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  const surplus = files.toSorted((one, other) => one.usedAt - other.usedAt).slice(0, names.length - mostFiles);
  await Promise.all(surplus.map(({ name }) => rm(join(directory, name), { force: true })));
}

/** Whether these bytes are what a digest (`sha256:…`, `sha512:…`) stands for. */
export function isOfDigest(bytes: Uint8Array, digest: string): boolean {
  return digestOf(bytes, digest.startsWith('sha512:') ? 'sha512' : 'sha256') === digest;
}

export function digestOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
