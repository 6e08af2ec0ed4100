import type { z } from 'zod';
import type { ConfigFile } from './config-file.ts';
import type { ConfigProblem } from './config-problem.ts';
import { nearestName } from './nearest-name.ts';
import type { Option } from './option.ts';
import { options } from './options.ts';
import { placeOf, type Override } from './overrides.ts';

export interface IssueContext {
  readonly tree: unknown;
  readonly file: ConfigFile | null;
  readonly overrides: readonly Override[];
}

/** What the schema found, in words a person can act on. One issue about several unknown keys becomes several problems. */
export function explainIssue(issue: z.core.$ZodIssue, context: IssueContext): readonly ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...issue.path, key], key, context));
  }
  const value = valueIn(context.tree, issue.path);
  const key = formatKey(issue.path);
  const from = placeOf(issue.path, context.overrides);
  const option = optionOf(issue.path);
  return [
    {
      path: from === undefined ? key : `${key} (from ${from})`,
      line: from === undefined ? (context.file?.lineOf(issue.path) ?? null) : null,
      value: value === undefined ? null : shorten(value),
      reason: reasonOf(issue, value),
      remedy: remedyOf(issue, option, from),
    },
  ];
}

function unknownKey(path: readonly PropertyKey[], key: string, context: IssueContext): ConfigProblem {
  const known = knownNames(path.slice(0, -1));
  const near = nearestName(key, known);
  return {
    path: formatKey(path),
    line: context.file?.lineOf(path) ?? null,
    value: null,
    reason: 'there is no such key',
    remedy: near === undefined ? `Known here are ${known.join(', ')}` : `Did you mean ${near}?`,
  };
}

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code === 'invalid_type') return 'it is missing';
  if (issue.code === 'invalid_type') return `it must be ${article[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `it is none of ${issue.values.map(String).join(', ')}`;
  // The messages of our own schemas start with "is" and carry the remedy after a semicolon.
  if (issue.message.startsWith('is ')) return `it ${issue.message.split(';')[0] ?? ''}`;
  if (issue.code === 'too_big') return `it is more than ${String(issue.maximum)}`;
  if (issue.code === 'too_small') return `it is less than ${String(issue.minimum)}`;
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}

function remedyOf(issue: z.core.$ZodIssue, option: Option | undefined, from: string | undefined): string {
  const advice = issue.message.split('; ')[1];
  if (advice !== undefined) return advice.charAt(0).toUpperCase() + advice.slice(1);
  if (option === undefined) return 'Correct or remove it';
  const where = from === undefined ? '' : ` in ${from}`;
  return `Give${where} the ${option.type}: ${option.description.replace(/\.$/, '')}`;
}

const article: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
};

/** The keys that may stand at a place, told from the option table. */
function knownNames(parent: readonly PropertyKey[]): readonly string[] {
  const prefix = parent.length === 0 ? '' : `${tableKey(parent)}.`;
  const names = Object.keys(options)
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length).split('.')[0]?.replace('[]', '') ?? '');
  return [...new Set(names)];
}

function optionOf(path: readonly PropertyKey[]): Option | undefined {
  const key = tableKey(path);
  const table: Readonly<Record<string, Option>> = options;
  return table[key] ?? table[key.replace(/\[\]$/, '')];
}

function tableKey(path: readonly PropertyKey[]): string {
  return formatKey(path).replaceAll(/\[\d+\]/g, '[]');
}

/** `hooks[0].url`. */
function formatKey(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text === '' ? '' : '.'}${String(step)}`;
  }
  return text === '' ? 'the configuration' : text;
}

function valueIn(tree: unknown, path: readonly PropertyKey[]): unknown {
  let current = tree;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.getOwnPropertyDescriptor(current, step)?.value;
  }
  return current;
}

function shorten(value: unknown): string {
  // A URL may carry a token behind its host.
  const text = (JSON.stringify(value) ?? String(value)).replace(/(:\/\/)(?:[^/"]*@)?([^/"?#]*)[^"]*/g, '$1$2…');
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
