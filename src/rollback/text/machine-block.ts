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
}

/** An HTML comment. The object's name is percent-encoded: nothing in it can end the comment. */
export function formatMachineBlock(block: MachineBlock): string {
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
    return { object: decodeURIComponent(object), fingerprint, repair, base: stringAt(value, 'base') ?? null };
  } catch {
    return undefined;
  }
}
