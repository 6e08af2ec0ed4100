const longest = 24 * 3600 * 1000;

/** Milliseconds that `Retry-After` asks for, at most a day; null when it is absent or unreadable. `now` in milliseconds since 1970. */
export function parseRetryAfter(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, longest);
  if (!/^[A-Za-z]{3},/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now), longest);
}
