import type { Actor } from '../../drift/drift-report.ts';

/** "kubectl-edit (human)", "somebody unknown". Raw text: escape before use in Markdown. */
export function showActor(actor: Actor): string {
  if (actor.manager === null) return actor.class === 'unknown' ? 'somebody unknown' : `unnamed (${actor.class})`;
  const others =
    actor.coOwners === undefined || actor.coOwners.length === 0 ? '' : `, with ${actor.coOwners.join(', ')}`;
  return `${actor.manager} (${actor.class})${others}`;
}

/** "2026-01-02T03:04:05Z", "before …", "between … and …", "at a time nobody recorded". */
export function showMoment(actor: Actor): string {
  if (actor.at !== null) return actor.at;
  if (actor.notBefore !== null && actor.notAfter !== null) return `between ${actor.notBefore} and ${actor.notAfter}`;
  if (actor.notAfter !== null) return `no later than ${actor.notAfter}`;
  if (actor.notBefore !== null) return `after ${actor.notBefore}`;
  return 'at a time nobody recorded';
}
