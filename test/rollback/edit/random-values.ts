import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  oneof,
  string,
} from 'fast-check';
import type { JsonValue } from '../../../src/resource/json.ts';

/** Texts that YAML reads as something else, or not at all, unless they are quoted. */
const nasty = [
  '',
  ' ',
  'yes',
  '0644',
  '1e3',
  '12:30',
  'null',
  '~',
  '- a',
  'a: b',
  'a #b',
  '#a',
  '*a',
  '&a',
  '!a',
  '%a',
  '@a',
  '`a',
  "it's",
  '"q"',
  'a\nb',
  'a\n\nb\n',
  ' lead\nx',
  'tab\tx',
  'ünï',
  '\u{1F600}',
  '\u0085',
  '\u2028',
  '---',
  '...',
  '{a}',
  '[a]',
  'a, b',
  '?',
  ':',
  '-',
  '<<',
  '=',
  '1_0',
  '0x1',
  'a:',
  'http://x/y?z=1',
  '\\',
  'a\\nb',
  '$(X)',
  '{{ .V }}',
  'true',
  '2026-01-02',
  '__proto__',
];
/** Scalars of every kind. */
export const scalar: Arbitrary<JsonValue> = oneof(
  constantFrom(...nasty),
  string({ maxLength: 12 }),
  integer(),
  boolean(),
  constant(null),
  constant(12345678901234567890n),
  double({ noNaN: true, noDefaultInfinity: true }),
);
/** Names of members, the awkward ones too. */
export const key = oneof(
  constantFrom('a', 'zz', 'app.kubernetes.io/name', 'on', '0644', 'x y', ...nasty.filter((text) => text !== '<<')),
  string({ minLength: 1, maxLength: 6 }),
);
/** Scalars, and small lists and mappings of them. */
export const value: Arbitrary<JsonValue> = oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: dictionary(key, scalar, { maxKeys: 3, noNullPrototype: true }) },
  {
    weight: 1,
    arbitrary: array(dictionary(key, oneof(scalar, array(scalar, { maxLength: 2 })), { minKeys: 1, maxKeys: 3 }), {
      maxLength: 2,
    }),
  },
);
