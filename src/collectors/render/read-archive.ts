import { Buffer } from 'node:buffer';
import { createGunzip } from 'node:zlib';

/** One file of an archive, with the path that it would be unpacked to. */
export interface ArchivedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Why an archive is not to be unpacked, in words. */
export class ArchiveRefused extends Error {}

const block = 512;
/** Text shrinks ten or twenty times; what grows more than this was made to grow. */
const maxRatio = 200;
/** Below this many bytes nobody asks how much it grew. */
const ratioMatters = 1024 * 1024;

/**
 * The files of a `.tgz`, read without unpacking anything. Throws ArchiveRefused when it becomes larger than `limit` bytes, when a path
 * leads out of its folder, or when it holds links or devices.
 */
export async function readArchive(bytes: Uint8Array, limit: number): Promise<readonly ArchivedFile[]> {
  const unpacked = await unpack(bytes, limit);
  const files: ArchivedFile[] = [];
  let longName: string | null = null;
  for (let at = 0; at + block <= unpacked.length; ) {
    const header = unpacked.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) break;
    const size = sizeOf(header);
    const content = unpacked.subarray(at + block, at + block + size);
    at += block + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L') longName = textOf(content);
    else if (type === 'x') longName = paxPath(content) ?? longName;
    else if (type !== 'g') {
      const path = longName ?? nameOf(header);
      longName = null;
      refuseType(type, path);
      refusePath(path);
      if (type === '0' || type === '\0' || type === '7') files.push({ path, bytes: content });
    }
  }
  return files;
}

async function unpack(bytes: Uint8Array, limit: number): Promise<Buffer> {
  const gunzip = createGunzip();
  const pieces: Buffer[] = [];
  let size = 0;
  gunzip.end(bytes);
  try {
    for await (const piece of gunzip) {
      if (!Buffer.isBuffer(piece)) continue;
      size += piece.length;
      if (size > limit) throw new ArchiveRefused(`it unpacks to more than ${Math.floor(limit / 1024 / 1024)} MiB`);
      if (size > ratioMatters && size > bytes.length * maxRatio) {
        throw new ArchiveRefused(`it unpacks to more than ${maxRatio} times its size`);
      }
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof ArchiveRefused) throw error;
    throw new ArchiveRefused('it is no gzip archive');
  } finally {
    gunzip.destroy();
  }
  return Buffer.concat(pieces);
}

function sizeOf(header: Buffer): number {
  const text = textOf(header.subarray(124, 136)).trim();
  if (!/^[0-7]{1,11}$/.test(text)) throw new ArchiveRefused('it is no tar archive');
  return Number.parseInt(text, 8);
}

function nameOf(header: Buffer): string {
  const prefix = textOf(header.subarray(257, 262)) === 'ustar' ? textOf(header.subarray(345, 500)) : '';
  const name = textOf(header.subarray(0, 100));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `LENGTH path=VALUE\n` among the records of an extended header. */
function paxPath(content: Buffer): string | null {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1] ?? null;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end === -1 ? bytes.length : end).toString('utf8');
}

function refuseType(type: string, path: string): void {
  if (!['0', '\0', '7', '5'].includes(type)) {
    throw new ArchiveRefused(`it holds ${path.slice(0, 80)}, which is neither a file nor a folder`);
  }
}

function refusePath(path: string): void {
  const parts = path.replace(/\/$/, '').split('/');
  const isPlain = !path.includes('\\') && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isPlain) throw new ArchiveRefused(`its path ${path.slice(0, 80)} leads elsewhere`);
}
