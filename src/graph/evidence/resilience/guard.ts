import { stringAt, type JsonValue, valueAt } from '../../../resource/json.ts';
import type { Guard, GuardKind } from '../../graph-shapes.ts';
import { evidenceOf, type EvidenceOptions, type Source } from '../evidence.ts';
import { plainText } from '../../plain-text.ts';

/** Whose calls something limits: of everybody (`from` null) or of one node, to a node. */
export interface Ends {
  readonly from: string | null;
  readonly to: string;
}

/** What is said of the calls, before it is known between whom. */
export interface Rule {
  readonly kind: GuardKind;
  readonly what: string;
  readonly timeoutMs?: number;
  readonly tries?: number;
  /** Where in the object it stands. */
  readonly path?: string;
}

export function guardOf(source: Source, options: EvidenceOptions, { from, to }: Ends, rule: Rule): Guard {
  const { kind, name } = source.resource.id;
  const { path = null, timeoutMs, tries } = rule;
  const evidence = evidenceOf('declared', `${rule.what} (${kind} ${name})`, {
    resource: source.resource,
    path,
    options,
  });
  return {
    from,
    to,
    kind: rule.kind,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(tries === undefined ? {} : { tries }),
    evidence,
  };
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 0.001, ns: 0.000_001 };

/** Milliseconds of a duration as Go writes it (`1m30s`, `0.5s`); undefined for anything else and for zero, which means no limit. */
export function millisecondsOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:\d{1,9}(?:\.\d{1,9})?(?:h|ms|m|us|s|ns))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/([\d.]+)(h|ms|m|us|s|ns)/g))
    sum += Number(amount) * (units[unit] ?? 0);
  return sum > 0 ? Math.round(sum * 1000) / 1000 : undefined;
}

/** `calls give up after 2s`, when it is a duration. */
export function timeoutRule(text: string | undefined, path: string, when = ''): Rule[] {
  const timeoutMs = millisecondsOf(text);
  if (timeoutMs === undefined) return [];
  return [{ kind: 'timeout', what: `calls give up after ${text}${when}`, timeoutMs, path }];
}

/** `calls that fail are tried 3 times in all`, for a whole number of retries from 1 on. */
export function retryRule(retries: JsonValue | undefined, path: string, about = ''): Rule[] {
  const count = typeof retries === 'string' && /^\d{1,4}$/.test(retries) ? Number(retries) : retries;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1) return [];
  const tries = count + 1;
  return [{ kind: 'retries', what: `calls that fail are tried ${tries} times in all${about}`, tries, path }];
}

/** A number or a text of an object as one short plain text, or undefined. */
export function shortAt(value: JsonValue | undefined, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  const text = typeof found === 'number' ? String(found) : stringAt(value, ...path);
  return text === undefined || text === '' ? undefined : plainText(text).slice(0, 100);
}
