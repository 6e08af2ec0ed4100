/** Nanoseconds of a Go duration (`1h30m`, `8760h0m0s`, `1.5s`), undefined when the text is none. */
export function parseDuration(text: string): bigint | undefined {
  if (text === '0') return 0n;
  if (text.length > 64 || !wholeForm.test(text)) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(partForm)) {
    const size = units[unit];
    if (size === undefined || (whole === '' && fraction === '')) return undefined;
    total += BigInt(whole || '0') * size + (BigInt(fraction.padEnd(9, '0').slice(0, 9) || '0') * size) / 1_000_000_000n;
  }
  return text.startsWith('-') ? -total : total;
}

const wholeForm = /^[+-]?(?:\d*\.?\d*(?:ns|us|µs|μs|ms|s|m|h))+$/;
const partForm = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** The form in which Go prints a duration: `8760h0m0s`, `1m30s`, `1.5s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const rest = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (rest < 1_000_000_000n) return sign + subSecond(rest);
  const hours = rest / 3_600_000_000_000n;
  const minutes = (rest / 60_000_000_000n) % 60n;
  const seconds = decimal(rest % 60_000_000_000n, 1_000_000_000n);
  return `${sign}${hours > 0n ? `${hours}h` : ''}${hours > 0n || minutes > 0n ? `${minutes}m` : ''}${seconds}s`;
}

function subSecond(value: bigint): string {
  if (value < 1_000n) return `${value}ns`;
  if (value < 1_000_000n) return `${decimal(value, 1_000n)}µs`;
  return `${decimal(value, 1_000_000n)}ms`;
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`;
}

export function durationsEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  const left = parseDuration(a);
  return left !== undefined && left === parseDuration(b);
}

/**
 * Whether `live` is what a Go controller prints after reading `desired` as a duration. Evidence that the field is one,
 * where no schema says so: nobody writes `8760h0m0s` by hand.
 */
export function isGoRewriteOfDuration(desired: unknown, live: unknown): boolean {
  if (typeof desired !== 'string' || typeof live !== 'string' || desired === live) return false;
  const nanoseconds = parseDuration(desired);
  return nanoseconds !== undefined && live === formatDuration(nanoseconds) && live.length > desired.length;
}
