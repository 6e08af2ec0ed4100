import { parseMachineBlock } from './machine-block.ts';

/**
 * A body that a forge with a limit takes: whole lines from the top, a sentence that says that the rest is missing, and always the
 * machine block. `limit` in UTF-16 code units.
 */
export function fitBody(body: string, limit: number): string {
  if (body.length <= limit) return body;
  const text = body.trimEnd();
  const start = text.lastIndexOf('\n<!-- mooring {');
  const block = parseMachineBlock(text) === undefined || start === -1 ? '' : text.slice(start);
  const tail = `\n\n${missing}\n${block}\n`;
  const room = limit - tail.length - longestFence;
  const head = wholeLines(block === '' ? text : text.slice(0, start), room);
  return `${closeFence(head.trimEnd())}${tail}`;
}

const missing = 'The rest does not fit here: `mooring rollback plan` for the same object prints all of it.';
const longestFence = 200;

function wholeLines(text: string, room: number): string {
  if (text.length <= room) return text;
  const end = text.lastIndexOf('\n', Math.max(room, 0));
  return end === -1 ? '' : text.slice(0, end);
}

/** What was cut inside a fenced block ends it, so that what follows is text again. */
function closeFence(head: string): string {
  let open: string | null = null;
  for (const line of head.split('\n')) {
    const fence = /^(`{3,}|~{3,})(.*)$/.exec(line);
    const [, ticks = '', rest = ''] = fence ?? [];
    if (open === null) open = ticks === '' ? null : ticks;
    else if (ticks.startsWith(open) && rest.trim() === '') open = null;
  }
  if (open === null) return head;
  if (open.length < longestFence) return `${head}\n${open}`;
  return head.slice(0, head.lastIndexOf(open)).trimEnd();
}
