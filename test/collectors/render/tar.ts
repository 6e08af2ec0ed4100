import { Buffer } from 'node:buffer';

export interface Member {
  readonly path: string;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  /** As in a header; default `0`, a file. */
  readonly type?: string;
}

const block = 512;

/** A tar archive of these members, also of ones that no program would write. */
export function tarOf(members: readonly Member[]): Buffer {
  const parts = members.flatMap((member) => {
    const long = Buffer.from(`${member.path}\0`);
    // What is longer than a header takes goes before it, as GNU tar does.
    const before = long.length > 100 ? headed('././@LongLink', 'L', long) : [];
    const content = Buffer.from(member.bytes ?? Buffer.from(member.text ?? ''));
    return [...before, ...headed(member.path.slice(0, 99), member.type ?? '0', content)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function headed(path: string, type: string, content: Buffer): readonly Buffer[] {
  const header = Buffer.alloc(block);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(type, 156);
  header.write('ustar\0', 257);
  return [header, content, Buffer.alloc((block - (content.length % block)) % block)];
}
