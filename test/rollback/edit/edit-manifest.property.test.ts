import {
  type Arbitrary,
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  nat,
  oneof,
  pre,
  property,
  string,
} from 'fast-check';
import { isNode, parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { FieldPath } from '../../../src/resource/field-path.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../../src/resource/json.ts';
import { type EditOutcome, editManifest } from '../../../src/rollback/edit/edit-manifest.ts';
import type { Edit } from '../../../src/rollback/edit/primitive-edit.ts';
import { sameTree } from '../../../src/rollback/edit/same-tree.ts';
import { manifestStyles, type StyledManifest } from './manifest-styles.ts';

/** More by hand: `EDITS=3000 vitest run …`. */
const editsPerStyle = Number(process.env['EDITS'] ?? 60);

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
const scalar: Arbitrary<JsonValue> = oneof(
  constantFrom(...nasty),
  string({ maxLength: 12 }),
  integer(),
  boolean(),
  constant(null),
  constant(12345678901234567890n),
  double({ noNaN: true, noDefaultInfinity: true }),
);
const key = oneof(
  constantFrom('a', 'zz', 'app.kubernetes.io/name', 'on', '0644', 'x y', ...nasty.filter((text) => text !== '<<')),
  string({ minLength: 1, maxLength: 6 }),
);
const value: Arbitrary<JsonValue> = oneof(
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

function pathsOf(tree: JsonValue, at: FieldPath = []): readonly FieldPath[] {
  const inner = isJsonArray(tree)
    ? tree.flatMap((element, index) => pathsOf(element, [...at, { kind: 'index', index }]))
    : isJsonObject(tree)
      ? Object.entries(tree).flatMap(([name, member]) => pathsOf(member, [...at, { kind: 'field', name }]))
      : [];
  return at.length === 0 ? inner : [at, ...inner];
}

function at(tree: JsonValue, path: FieldPath): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((value, segment) => {
    if (segment.kind === 'index') return isJsonArray(value) ? value[segment.index] : undefined;
    return segment.kind === 'field' && isJsonObject(value) && Object.hasOwn(value, segment.name)
      ? value[segment.name]
      : undefined;
  }, tree);
}

/** The plain meaning of an edit, written without regard to text. */
function meaning(
  tree: JsonValue,
  path: FieldPath,
  change: (present: boolean) => readonly [] | readonly [JsonValue],
  insert: boolean,
): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return change(true)[0] ?? null;
  if (step.kind === 'index' && isJsonArray(tree)) {
    if (rest.length > 0) return tree.with(step.index, meaning(tree[step.index] ?? null, rest, change, insert));
    return tree.toSpliced(step.index, insert ? 0 : 1, ...change(true));
  }
  if (step.kind !== 'field' || !isJsonObject(tree)) return tree;
  const copy = new Map(Object.entries(tree));
  if (rest.length > 0) copy.set(step.name, meaning(tree[step.name] ?? null, rest, change, insert));
  else {
    const [next] = change(copy.has(step.name));
    if (next === undefined) copy.delete(step.name);
    else copy.set(step.name, next);
  }
  const object: Record<string, JsonValue> = Object.create(null);
  for (const [name, member] of copy) object[name] = member;
  return object;
}

function whole(style: StyledManifest): JsonValue {
  const outcome = editManifest(style.text, style.file, style.selector, []);
  if (outcome.kind === 'refused') throw new Error(`${style.name}: ${outcome.why}`);
  expect(outcome.text).toBe(style.text);
  return outcome.before;
}

function check(style: StyledManifest, outcome: EditOutcome, intended: JsonValue, edit: Edit): void {
  if (outcome.kind === 'refused') {
    expect(
      style.mayRefuse ?? [],
      `${outcome.code}: ${outcome.why} for ${JSON.stringify(edit, (_k, v: unknown) => (typeof v === 'bigint' ? String(v) : v))}`,
    ).toContain(outcome.code);
    return;
  }
  expect(sameTree(outcome.after, intended), outcome.text).toBe(true);
  const again = editManifest(
    outcome.text,
    style.file,
    { ...style.selector, name: nameOf(outcome.after) ?? style.selector.name },
    [],
  );
  if (again.kind === 'edited') expect(sameTree(again.before, intended)).toBe(true);
}

function nameOf(tree: JsonValue): string | undefined {
  const name = at(tree, [
    { kind: 'field', name: 'metadata' },
    { kind: 'field', name: 'name' },
  ]);
  return typeof name === 'string' ? name : undefined;
}

/** Where a scalar stands in the file, found by the library alone; undefined when it stands behind an alias. */
function rangeInFile(style: StyledManifest, path: FieldPath): readonly [number, number] | undefined {
  const mark = style.text.startsWith('\uFEFF') ? 1 : 0;
  const documents = parseAllDocuments(style.text.slice(mark), { schema: 'failsafe', merge: false, uniqueKeys: false });
  for (const document of documents) {
    const inList = document.getIn(['kind']) === 'List' ? ['items', 1] : [];
    if (document.getIn([...inList, 'kind']) !== style.selector.kind) continue;
    const steps = path.map((segment) =>
      segment.kind === 'index' ? segment.index : segment.kind === 'field' ? segment.name : '',
    );
    const node = document.getIn([...inList, ...steps], true);
    if (isNode(node) && node.range) return [node.range[0] + mark, node.range[1] + mark];
  }
  return undefined;
}

describe.each(manifestStyles)('edits of a manifest: $name', (style) => {
  const tree = whole(style);
  const paths = pathsOf(tree);
  const path = constantFrom(...paths);
  const run = { numRuns: editsPerStyle, seed: Number(process.env['SEED'] ?? 7) };

  it('set any value at any path and mean exactly that', () => {
    assert(
      property(path, value, (where, wanted) => {
        const edit: Edit = { op: 'set', path: where, value: wanted };
        check(
          style,
          editManifest(style.text, style.file, style.selector, [edit]),
          meaning(tree, where, () => [wanted], false),
          edit,
        );
      }),
      run,
    );
  });

  it('remove any path and mean exactly that', () => {
    for (const where of paths) {
      const edit: Edit = { op: 'remove', path: where };
      check(
        style,
        editManifest(style.text, style.file, style.selector, [edit]),
        meaning(tree, where, () => [], false),
        edit,
      );
    }
  });

  it('add members and elements anywhere and mean exactly that', () => {
    const parents = paths.filter((where) => typeof at(tree, where) === 'object' && at(tree, where) !== null);
    assert(
      property(constantFrom(...parents), key, value, nat(5), (parent, name, wanted, position) => {
        const list = at(tree, parent);
        pre(isJsonArray(list) || (isJsonObject(list) && !Object.hasOwn(list, name)));
        const where: FieldPath = [
          ...parent,
          isJsonArray(list) ? { kind: 'index', index: list.length + position } : { kind: 'field', name },
        ];
        const edit: Edit = { op: 'set', path: where, value: wanted };
        const index = isJsonArray(list) ? list.length : 0;
        const target: FieldPath = isJsonArray(list) ? [...parent, { kind: 'index', index }] : where;
        check(
          style,
          editManifest(style.text, style.file, style.selector, [edit]),
          meaning(tree, target, () => [wanted], true),
          edit,
        );
      }),
      run,
    );
  });

  it('change no byte outside the scalar they set', () => {
    const scalars = paths.filter((where) => typeof at(tree, where) === 'string');
    assert(
      property(constantFrom(...scalars), scalar, (where, wanted) => {
        const edit: Edit = { op: 'set', path: where, value: wanted };
        const outcome = editManifest(style.text, style.file, style.selector, [edit]);
        const range = rangeInFile(style, where);
        if (outcome.kind === 'refused' || range === undefined) return;
        const [start, end] = range;
        const contentEnd = start + style.text.slice(start, end).trimEnd().length;
        expect(outcome.text.slice(0, start)).toBe(style.text.slice(0, start));
        expect(outcome.text.endsWith(style.text.slice(contentEnd).trimStart())).toBe(true);
      }),
      run,
    );
  });
});
