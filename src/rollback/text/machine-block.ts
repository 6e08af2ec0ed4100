import { parseJson, stringAt } from '../../resource/json.ts';
import { visible } from './foreign-text.ts';
import { type Repair, repairs } from '../repair-plan.ts';

/** What the next run of Mooring reads from a body, invisible to people. */
export interface MachineBlock {
  /** `apps/Deployment/shop/web`. */
  readonly object: string;
  readonly fingerprint: string;
  readonly repair: Repair;
  readonly base: string | null;
  /** Digest of what Mooring last wrote around it; null when none was kept. */
  readonly digest: string | null;
}

/** An HTML comment. The object's name is percent-encoded: nothing in it can end the comment. */
export function formatMachineBlock(block: Omit<MachineBlock, 'digest'>): string {
  const base = block.base !== null && /^[\da-f]{40,64}$/.test(block.base) ? block.base : null;
  const object = encodeURIComponent(visible(block.object)).replaceAll('-', '%2D');
  return `<!-- mooring ${JSON.stringify({ schema: 1, object, fingerprint: block.fingerprint, repair: block.repair, base })} -->`;
}

/** The last block of a body; undefined for bodies that are not ours or that somebody changed. */
export function parseMachineBlock(body: string): MachineBlock | undefined {
  const text = [...body.matchAll(/<!-- mooring (\{[^\n]*\}) -->/g)].at(-1)?.[1];
  if (text === undefined) return undefined;
  try {
    const value = parseJson(text);
    const repair = repairs.find((each) => each === stringAt(value, 'repair'));
    const object = stringAt(value, 'object');
    const fingerprint = stringAt(value, 'fingerprint');
    if (repair === undefined || object === undefined || fingerprint === undefined) return undefined;
    const base = stringAt(value, 'base') ?? null;
    return { object: decodeURIComponent(object), fingerprint, repair, base, digest: stringAt(value, 'digest') ?? null };
  } catch {
    return undefined;
  }
}

/** The body with a digest (hexadecimal) in its block, by which the next run tells its own words from what a person made of them. */
export function sealBody(body: string, digest: string): string {
  const at = body.lastIndexOf('} -->');
  if (parseMachineBlock(body) === undefined || at === -1 || !/^[\da-f]+$/.test(digest)) return body;
  return `${body.slice(0, at)},"digest":"${digest}"${body.slice(at)}`;
}
