import type { JsonScalar } from './json.ts';

/**
 * One step into an object.
 * `field`: a member; `keys`: an element of a keyed list; `value`: an element of a set; `index`: a position in an atomic list.
 * `twin` numbers the second and later elements that share a key (from 2).
 */
export type Segment =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'keys'; readonly keys: readonly (readonly [string, JsonScalar])[]; readonly twin?: number }
  | { readonly kind: 'value'; readonly value: JsonScalar }
  | { readonly kind: 'index'; readonly index: number };

export type FieldPath = readonly Segment[];

const plainKey = /^[^."[\]\s]+$/;

/** The path grammar of CONTRACTS 1: `spec.containers[name=web].env[name=A]#2`, `metadata.annotations."a.b/c"`, `rules[0].verbs[*]`. */
export function formatPath(path: FieldPath): string {
  let text = '';
  for (const segment of path) {
    switch (segment.kind) {
      case 'field':
        text += (text === '' ? '' : '.') + (plainKey.test(segment.name) ? segment.name : `"${segment.name}"`);
        break;
      case 'keys':
        text += `[${segment.keys.map(([key, value]) => `${key}=${String(value)}`).join(',')}]`;
        if (segment.twin !== undefined) text += `#${segment.twin}`;
        break;
      case 'value':
        text += `[${String(segment.value)}]`;
        break;
      case 'index':
        text += `[${segment.index}]`;
        break;
    }
  }
  return text;
}

export function field(name: string): Segment {
  return { kind: 'field', name };
}

const bracketEnd = /\](?=$|\.|\[|#\d)/;
const keyTest = /^([\w./-]+)=/;
const nextKey = /,(?=[\w./-]+=)/;

/**
 * Inverse of `formatPath`; undefined when the text has another form. Key and set values come back as text, whatever their type
 * was, and `[0]` always as an index: compare by text form.
 */
export function parsePath(text: string): FieldPath | undefined {
  const path: Segment[] = [];
  let rest = text;
  while (rest !== '') {
    const step = rest.startsWith('[')
      ? parseBracket(rest)
      : parseName(path.length === 0 ? rest : rest.replace(/^\./, ''));
    if (step === undefined || (path.length > 0 && !/^[.[]/.test(rest))) return undefined;
    path.push(step.segment);
    rest = step.rest;
  }
  return path;
}

interface ParsedStep {
  readonly segment: Segment;
  readonly rest: string;
}

function parseName(text: string): ParsedStep | undefined {
  const quoted = /^"(.*?)"(?=$|\.|\[)/.exec(text);
  const match = quoted ?? /^([^."[\]\s]+)/.exec(text);
  if (match?.[1] === undefined) return undefined;
  return { segment: { kind: 'field', name: match[1] }, rest: text.slice(match[0].length) };
}

function parseBracket(text: string): ParsedStep | undefined {
  const end = bracketEnd.exec(text)?.index;
  if (end === undefined) return undefined;
  const inside = text.slice(1, end);
  const twin = /^#(\d+)/.exec(text.slice(end + 1));
  const rest = text.slice(end + 1 + (twin?.[0].length ?? 0));
  if (/^\d+$/.test(inside) && twin === null) return { segment: { kind: 'index', index: Number(inside) }, rest };
  if (!keyTest.test(inside)) return { segment: { kind: 'value', value: inside }, rest };
  const keys = inside.split(nextKey).map((pair) => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
  });
  return { segment: { kind: 'keys', keys, ...(twin === null ? {} : { twin: Number(twin[1]) }) }, rest };
}
