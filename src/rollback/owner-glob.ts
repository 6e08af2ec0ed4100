/**
 * Patterns of CODEOWNERS, as .gitignore has them: a slash in front or in the middle ties one to the root, one at the end means all
 * below, `*` and `?` stay within a name, `**` crosses folders. Work grows with pattern times path, whatever they hold.
 */
export function matchesGlob(pattern: string, file: string): boolean {
  const anchored = pattern.replace(/\/$/, '').includes('/');
  const steps = pattern.replace(/^\//, '').split('/');
  const below = steps.at(-1) === '' || !steps.at(-1)?.includes('*');
  const wanted = steps.filter((step) => step !== '');
  const parts = file.split('/');
  const whole = anchored ? wanted : ['**', ...wanted];
  if (below && matchSteps([...whole, '**'], parts, pattern.endsWith('/'))) return true;
  if (pattern.endsWith('/')) return false;
  // `*` as the last step is every file of a folder, not what lies below: only a name without wildcards is a folder too.
  return matchSteps(whole, parts, false) || (pattern === '*' && parts.length > 0);
}

/** `**` at the end needs at least one part when `folder`. */
function matchSteps(steps: readonly string[], parts: readonly string[], folder: boolean): boolean {
  // reach[j]: the steps so far can have used up the first j parts.
  let reach = parts.map(() => false);
  reach.unshift(true);
  for (const [index, step] of steps.entries()) {
    const next = reach.map(() => false);
    const last = index === steps.length - 1;
    for (let used = 0; used <= parts.length; used += 1) {
      if (step === '**') {
        const least = last && folder ? used - 1 : used;
        next[used] = reach.slice(0, least + 1).some((each) => each);
      } else if (used > 0) next[used] = reach[used - 1] === true && matchName(step, parts[used - 1] ?? '');
    }
    reach = next;
  }
  return reach[parts.length] === true;
}

/** `*` and `?` within one name; a star that fails is only ever widened, so this is no worse than length times length. */
function matchName(pattern: string, name: string): boolean {
  let at = 0;
  let read = 0;
  let star = -1;
  let kept = 0;
  while (read < name.length) {
    if (pattern[at] === '*') {
      star = at;
      at += 1;
      kept = read;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[read])) {
      at += 1;
      read += 1;
    } else if (star !== -1) {
      at = star + 1;
      kept += 1;
      read = kept;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
