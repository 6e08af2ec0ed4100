import type { JsonScalar } from '../../resource/json.ts';

/**
 * How Kubernetes (sigs.k8s.io/yaml) reads a plain, untagged scalar. It is neither YAML 1.1 nor 1.2: `0644` and `0o644` are 420,
 * `on` and `y` are booleans, `1_000` is 1000, `12:30` and `2026-01-02` stay strings, and so do numbers beyond a double.
 */
export function readPlainScalar(text: string): JsonScalar {
  if (text === '' || text === '~' || /^(null|Null|NULL)$/.test(text)) return null;
  if (/^([yY]|yes|Yes|YES|on|On|ON|true|True|TRUE)$/.test(text)) return true;
  if (/^([nN]|no|No|NO|off|Off|OFF|false|False|FALSE)$/.test(text)) return false;
  return readNumber(text) ?? text;
}

const infinities = /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/;
const decimalFloat = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const integer = /^([-+]?)(?:(0[xX][\dA-Fa-f]+)|(0[bB][01]+)|0[oO]?([0-7]+)|([1-9]\d*|0))$/;

function readNumber(text: string): number | bigint | undefined {
  if (!/^[-+.\d]/.test(text) || infinities.test(text)) return undefined;
  const digits = text.replaceAll('_', '');
  const match = integer.exec(digits);
  if (match !== null) {
    const [, sign, hex, binary, octal, decimal] = match;
    const magnitude = BigInt(hex ?? binary ?? (octal === undefined ? (decimal ?? '0') : `0o${octal}`));
    const value = sign === '-' ? -magnitude : magnitude;
    const asNumber = Number(value);
    return Number.isSafeInteger(asNumber) ? asNumber : value;
  }
  if (!decimalFloat.test(digits)) return undefined;
  const float = Number(digits);
  return Number.isFinite(float) ? float : undefined;
}

/** Text that some common reader (YAML 1.1, 1.2, Kustomize) takes for a date, a base-60 number or a special float. */
const readDifferentlyElsewhere =
  /^[-+]?[\d_]+(:[0-5]?\d)+(\.[\d_]*)?$|^\d{4}-\d\d?-\d\d?|^[-+]?0o[0-7]+$|^[-+]?\.(inf|nan)$|^[-+]?[\d.][\d_.]*([eE][-+]?\d+)?$|^[=<]+$/i;

const startsSpecially = /^[-?:,[\]{}#&*!|>'"%@`\s]/;

/** Whether `text` can stand unquoted and every reader takes it for this string. `flow`: inside `[…]` or `{…}`. */
export function isSafePlain(text: string, flow: boolean): boolean {
  if (readPlainScalar(text) !== text || readDifferentlyElsewhere.test(text)) return false;
  if (startsSpecially.test(text) && !/^-[A-Za-z-]/.test(text)) return false;
  if (/: |:$| #|[\s]$/.test(text) || text.startsWith('---')) return false;
  if (flow && /[,[\]{}]|:["'[{]/.test(text)) return false;
  return isPrintableLine(text);
}

/** No line breaks, controls or characters that YAML escapes; a tab counts as a control here. */
export function isPrintableLine(text: string): boolean {
  return /^[\x20-\x7E\u{A0}-\u{2027}\u{202A}-\u{D7FF}\u{E000}-\u{FEFE}\u{FF00}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u.test(
    text,
  );
}
