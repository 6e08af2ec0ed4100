import { z } from 'zod';

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time as `30s`, `5m`, `1h30m`, `7d`; parsed to milliseconds. */
export const duration = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue({ code: 'custom', message: 'is no length of time; write it like 30s, 5m, 1h30m or 7d' });
  return z.NEVER;
});

/** Milliseconds of a duration text, or undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, digits = '', unit = ''] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    sum += Number(digits) * (unitMilliseconds[unit] ?? 0);
  }
  return Number.isSafeInteger(sum) ? sum : undefined;
}
