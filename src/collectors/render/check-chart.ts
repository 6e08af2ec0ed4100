import { Buffer } from 'node:buffer';
import { createGunzip } from 'node:zlib';
import type { TreeEntry } from '../file-tree.ts';
import { renderRefused } from './refusal.ts';
import type { TreeReader } from './tree-reader.ts';

const maxUnpacked = 100 * 1024 * 1024;
const remoteReference = /"\$(?:ref|schema|dynamicRef)"\s*:\s*"(?!#)([^"]*)"/g;

/** Refuses, before Helm is started, what would make it read outside the chart or grow without bounds. Throws AppError `render-refused`. */
export async function checkChart(reader: TreeReader, entries: readonly TreeEntry[]): Promise<void> {
  const schemas = entries.filter(({ path, kind }) => kind === 'file' && path.endsWith('values.schema.json'));
  for (const { entry, bytes } of await reader.read(schemas))
    refuseReferences(entry.path, Buffer.from(bytes).toString('utf8'));
  const archives = entries.filter(({ path, kind }) => kind === 'file' && /\/charts\/[^/]+\.tgz$/.test(path));
  for (const { entry, bytes } of await reader.read(archives)) await refuseBomb(entry.path, bytes);
}

function refuseReferences(file: string, text: string): void {
  for (const [whole, target = ''] of text.matchAll(remoteReference)) {
    const isDialect = whole.startsWith('"$schema"') && /^https?:\/\/json-schema\.org\//.test(target);
    if (!isDialect)
      throw renderRefused(
        file,
        `it refers to “${target.slice(0, 80)}” outside itself`,
        'Put the definition into the schema',
      );
  }
}

/** Unpacks in pieces that are thrown away, to learn how large it becomes without holding it. */
async function refuseBomb(file: string, bytes: Uint8Array): Promise<void> {
  const unpack = createGunzip();
  let size = 0;
  unpack.end(bytes);
  try {
    for await (const piece of unpack) {
      size += Buffer.isBuffer(piece) ? piece.length : 0;
      if (size > maxUnpacked) break;
    }
  } catch {
    throw renderRefused(file, 'it is no gzip archive', 'Package the dependency again');
  } finally {
    unpack.destroy();
  }
  if (size > maxUnpacked)
    throw renderRefused(file, 'it unpacks to more than 100 MiB', 'Unpack the dependency into the repository');
}
