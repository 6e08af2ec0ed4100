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
