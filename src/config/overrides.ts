import type { Option } from './option.ts';
import { options } from './options.ts';

/** A value that an environment variable or a flag puts over the file's. */
export interface Override {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  /** `MOORING_LISTEN` or `--listen`: how problems name the place. */
  readonly from: string;
}

export interface OverrideInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags by their long name without dashes. */
  readonly flags: Readonly<Record<string, string | undefined>>;
}

/** All overrides, those of the environment first so that flags win. Members of lists override the first element. */
export function readOverrides(input: OverrideInput): readonly Override[] {
  const table: readonly (readonly [string, Option])[] = Object.entries(options);
  const fromEnv = table.map(([key, option]) => toOverride(key, option, option.env, input.env[option.env ?? '']));
  const fromFlags = table.map(([key, option]) =>
    toOverride(key, option, `--${option.flag ?? ''}`, input.flags[option.flag ?? '']),
  );
  return [...fromEnv, ...fromFlags].filter((override) => override !== undefined);
}

function toOverride(
  key: string,
  option: Option,
  from: string | undefined,
  text: string | undefined,
): Override | undefined {
  // An empty variable is how Compose files and charts spell "not set".
  if (from === undefined || text === undefined || text === '') return undefined;
  return { path: pathOfKey(key), value: readText(option, text), from };
}

function pathOfKey(key: string): readonly (string | number)[] {
  return key.split('.').flatMap((part) => (part.endsWith('[]') ? [part.slice(0, -2), 0] : [part]));
}

/** A text as the type of its option; what does not fit stays text, so that the schema names the problem. */
function readText(option: Option, text: string): unknown {
  if (option.type === 'number' && /^-?\d+$/.test(text)) return Number(text);
  if (option.type === 'yes or no' && /^(?:true|yes|1)$/i.test(text)) return true;
  if (option.type === 'yes or no' && /^(?:false|no|0)$/i.test(text)) return false;
  if (option.type === 'list') return text.split(',').map((part) => part.trim());
  return text;
}

/** A copy of the tree with the overrides in it. A place that is no object or list is left to the schema to complain about. */
export function applyOverrides(tree: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce((current, override) => withValue(current, override.path, override.value), tree);
}

function withValue(tree: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list: readonly unknown[] = Array.isArray(tree) ? tree : [];
    return [withValue(list[step], rest, value), ...list.slice(1)];
  }
  const members: Readonly<Record<string, unknown>> = isRecord(tree) ? tree : {};
  return { ...members, [step]: withValue(members[step], rest, value) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where a problem's value came from, when it was an override. */
export function placeOf(problemPath: readonly PropertyKey[], overrides: readonly Override[]): string | undefined {
  const text = problemPath.join('.');
  return overrides.findLast((override) => override.path.join('.') === text)?.from;
}
