/** A resource.Quantity as an exact fraction of a billionth, so that `0.5`, `500m` and `5e-1` meet; undefined when it is none. */
export function parseQuantity(value: unknown): bigint | undefined {
  const match = quantityForm.exec(quantityText(value));
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = '', exponent = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const scaled = scale(digits, fraction.length, suffix, exponent);
  return scaled !== undefined && sign === '-' ? -scaled : scaled;
}

function quantityText(value: unknown): string {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  return typeof text === 'string' && text.length <= 64 ? text : 'no quantity';
}

const quantityForm = /^([+-]?)(\d*)(?:\.(\d*))?(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?\d{1,3}))?$/;

const binary: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/** Kubernetes keeps nothing below a billionth; what is smaller is rounded up, as its parser does. */
function scale(digits: bigint, fractionDigits: number, suffix: string, exponent: string): bigint | undefined {
  const shift = binary[suffix];
  const power = (exponent === '' ? (decimal[suffix] ?? 0) : Number(exponent)) + 9 - fractionDigits;
  if (Math.abs(power) > 400) return undefined;
  const wide = shift === undefined ? digits : digits << shift;
  if (power >= 0) return wide * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return (wide + divisor - 1n) / divisor;
}

export function quantitiesEqual(a: unknown, b: unknown): boolean {
  const left = parseQuantity(a);
  return left !== undefined && left === parseQuantity(b);
}
