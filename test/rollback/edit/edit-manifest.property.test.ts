import { assert, constantFrom, nat, pre, property } from 'fast-check';
import { isNode, parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { FieldPath } from '../../../src/resource/field-path.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../../src/resource/json.ts';
import { type EditOutcome, editManifest, editYaml } from '../../../src/rollback/edit/edit-manifest.ts';
import type { Edit } from '../../../src/rollback/edit/primitive-edit.ts';
import { sameTree } from '../../../src/rollback/edit/same-tree.ts';
import { manifestStyles, type StyledManifest } from './manifest-styles.ts';
import { key, scalar, value } from './random-values.ts';
import { at, meaning, pathsOf } from './tree-meaning.ts';

/** Of each sort; together more than 10,000. More by hand: `EDITS=3000 vitest run …`. */
const editsPerStyle = Number(process.env['EDITS'] ?? 240);

function edit(style: StyledManifest, text: string, edits: readonly Edit[], name?: string): EditOutcome {
  if (style.selector === null) return editYaml(text, style.file, edits);
  return editManifest(text, style.file, { ...style.selector, name: name ?? style.selector.name }, edits);
}

function whole(style: StyledManifest): JsonValue {
  const outcome = edit(style, style.text, []);
  if (outcome.kind === 'refused') throw new Error(`${style.name}: ${outcome.why}`);
  expect(outcome.text).toBe(style.text);
  return outcome.before;
}

function check(style: StyledManifest, outcome: EditOutcome, intended: JsonValue, asked: Edit): void {
  if (outcome.kind === 'refused') {
    expect(
      style.mayRefuse ?? [],
      `${outcome.code}: ${outcome.why} for ${JSON.stringify(asked, (_k, v: unknown) => (typeof v === 'bigint' ? String(v) : v))}`,
    ).toContain(outcome.code);
    return;
  }
  expect(sameTree(outcome.after, intended), outcome.text).toBe(true);
  const again = edit(style, outcome.text, [], nameOf(outcome.after));
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
    if (style.selector !== null && document.getIn([...inList, 'kind']) !== style.selector.kind) continue;
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
        const asked: Edit = { op: 'set', path: where, value: wanted };
        check(
          style,
          edit(style, style.text, [asked]),
          meaning(tree, where, () => [wanted], false),
          asked,
        );
      }),
      run,
    );
  });

  it('remove any path and mean exactly that', () => {
    for (const where of paths) {
      const asked: Edit = { op: 'remove', path: where };
      check(
        style,
        edit(style, style.text, [asked]),
        meaning(tree, where, () => [], false),
        asked,
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
        const asked: Edit = { op: 'set', path: where, value: wanted };
        const index = isJsonArray(list) ? list.length : 0;
        const target: FieldPath = isJsonArray(list) ? [...parent, { kind: 'index', index }] : where;
        check(
          style,
          edit(style, style.text, [asked]),
          meaning(tree, target, () => [wanted], true),
          asked,
        );
      }),
      run,
    );
  });

  it('change no byte outside the scalar they set', () => {
    const scalars = paths.filter((where) => typeof at(tree, where) === 'string');
    assert(
      property(constantFrom(...scalars), scalar, (where, wanted) => {
        const outcome = edit(style, style.text, [{ op: 'set', path: where, value: wanted }]);
        const range = rangeInFile(style, where);
        if (outcome.kind === 'refused' || range === undefined) return;
        const [start, end] = range;
        const contentEnd = start + style.text.slice(start, end).trimEnd().length;
        expect(outcome.text.slice(0, start)).toBe(style.text.slice(0, start));
        const [behind = '', ...others] = style.text.slice(contentEnd).split('\n');
        const below = others.length === 0 ? '' : `\n${others.join('\n')}`;
        // A comment behind a value that becomes a block scalar goes on the block's first line: inside it would be text.
        // Blank lines may belong to the value.
        const kept = below.trimStart();
        expect(outcome.text.endsWith(kept)).toBe(true);
        expect(outcome.text.slice(start, outcome.text.length - kept.length)).toContain(behind.trim());
      }),
      run,
    );
  });

  it('add members and elements and change no byte of what was there', () => {
    const parents = paths.filter((where) => typeof at(tree, where) === 'object' && at(tree, where) !== null);
    assert(
      property(constantFrom(...parents), key, value, (parent, name, wanted) => {
        const list = at(tree, parent);
        pre(isJsonArray(list) || (isJsonObject(list) && !Object.hasOwn(list, name)));
        const last = isJsonArray(list) ? ({ kind: 'index', index: 99 } as const) : ({ kind: 'field', name } as const);
        const outcome = edit(style, style.text, [{ op: 'set', path: [...parent, last], value: wanted }]);
        if (outcome.kind === 'refused') return;
        expect(lostBetween(style.text, outcome.text)).toMatch(emptyCollection);
      }),
      run,
    );
  });

  it('remove anything and change no byte of what stays', () => {
    for (const where of paths) {
      const outcome = edit(style, style.text, [{ op: 'remove', path: where }]);
      const range = rangeInFile(style, where);
      if (outcome.kind === 'refused' || range === undefined) continue;
      expect(lostBetween(outcome.text, style.text), JSON.stringify(where)).toMatch(emptyCollection);
      const own = commentLines(ownText(style.text, where, range));
      expect(commentLines(outcome.text), JSON.stringify(where)).toBeGreaterThanOrEqual(commentLines(style.text) - own);
    }
  });
});

/** What a collection without members is written as, or nothing. Half of its brackets may have been there before. */
const emptyCollection = /^\s*(\{?\s*\}?|\[?\s*\]?|~|null)\s*$/;

/** The part of `from` that `to` does not have, where both are the same before and behind it. */
function lostBetween(from: string, to: string): string {
  let before = 0;
  while (before < from.length && from[before] === to[before]) before += 1;
  let behind = 0;
  const most = Math.min(from.length, to.length) - before;
  while (behind < most && from.at(-1 - behind) === to.at(-1 - behind)) behind += 1;
  return from.slice(before, from.length - behind);
}

/** From the key, if it has one, to the end of the value. */
function ownText(text: string, path: FieldPath, [start, end]: readonly [number, number]): string {
  const last = path.at(-1);
  const name = last?.kind === 'field' ? last.name : undefined;
  const from = name === undefined ? start : text.lastIndexOf(name, start - 1);
  return text.slice(from < 0 ? start : from, end).trimEnd();
}

function commentLines(text: string): number {
  return text.split('\n').filter((line) => /^\s*#/.test(line)).length;
}
