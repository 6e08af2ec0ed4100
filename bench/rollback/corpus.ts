/**
 * `node bench/rollback/corpus.ts [--edits 600] [--seed 7]`: one scalar set at random in manifests of every manner, by Mooring, by a round
 * trip of the `yaml` library, and by a round trip of Go's yaml.v3, in the same run. An edit is good when the file then means exactly what
 * was asked, as Kubernetes reads it, and no byte outside the value has changed.
 */
import { parseArgs } from 'node:util';
import { constantFrom, sample, tuple } from 'fast-check';
import { parseAllDocuments } from 'yaml';
import type { FieldPath } from '../../src/resource/field-path.ts';
import type { JsonValue } from '../../src/resource/json.ts';
import { editManifest, editYaml, type EditOutcome } from '../../src/rollback/edit/edit-manifest.ts';
import type { Edit } from '../../src/rollback/edit/primitive-edit.ts';
import { sameTree } from '../../src/rollback/edit/same-tree.ts';
import { manifestStyles, type StyledManifest } from '../../test/rollback/edit/manifest-styles.ts';
import { scalar } from '../../test/rollback/edit/random-values.ts';
import { at, meaning, pathsOf } from '../../test/rollback/edit/tree-meaning.ts';
import { describeMachine } from '../machine.ts';
import { placeInFile } from './place-in-file.ts';
import { openGoEditor } from './yaml-v3.ts';

const { values } = parseArgs({
  options: { edits: { type: 'string', default: '600' }, seed: { type: 'string', default: '7' } },
});

interface Asked {
  readonly style: StyledManifest;
  readonly path: FieldPath;
  readonly value: JsonValue;
}

/** The edited text, or null for an edit that was refused or failed. */
type Manner = (asked: Asked) => string | null | Promise<string | null>;

const styles = manifestStyles.filter(({ file, name }) => file.endsWith('.yaml') && name !== 'second document');
console.log(describeMachine());
await using go = await openGoEditor();
const asked = styles.flatMap((style) => draw(style));
console.log(`${asked.length} edits of one scalar in ${styles.length} manners of writing YAML, seed ${values.seed}`);
await measure('mooring', ({ style, path, value }) => {
  const outcome = edit(style, style.text, [{ op: 'set', path, value }]);
  return outcome.kind === 'edited' ? outcome.text : null;
});
await measure('yaml Document round trip', roundTrip);
if (go !== null)
  await measure('Go yaml.v3 round trip', ({ style, path, value }) => {
    const place = placeInFile(style, path);
    return place === undefined
      ? null
      : go.edit({ text: style.text, document: place.document, path: place.path, value });
  });

function draw(style: StyledManifest): readonly Asked[] {
  const outcome = edit(style, style.text, []);
  if (outcome.kind === 'refused') throw new Error(`${style.name}: ${outcome.why}`);
  const tree = outcome.before;
  const paths = pathsOf(tree).filter((path) => {
    const value = at(tree, path);
    return value !== null && typeof value !== 'object' && placeInFile(style, path) !== undefined;
  });
  const drawn = sample(tuple(constantFrom(...paths), scalar), {
    numRuns: Number(values.edits),
    seed: Number(values.seed),
  });
  // The name finds the object again afterwards.
  return drawn
    .filter(
      ([path]) => !path.some((step) => step.kind === 'field' && /^(name|namespace|kind|apiVersion)$/.test(step.name)),
    )
    .map(([path, value]) => ({ style, path, value }));
}

function edit(style: StyledManifest, text: string, edits: readonly Edit[]): EditOutcome {
  const { selector, file } = style;
  return selector === null ? editYaml(text, file, edits) : editManifest(text, file, selector, edits);
}

function roundTrip({ style, path, value }: Asked): string | null {
  const place = placeInFile(style, path);
  if (place === undefined) return null;
  const documents = parseAllDocuments(style.text);
  documents[place.document]?.setIn(place.path, value);
  return documents.map((document) => document.toString({ lineWidth: 0 })).join('');
}

async function measure(name: string, manner: Manner): Promise<void> {
  const times: number[] = [];
  let refused = 0;
  let meant = 0;
  let exact = 0;
  for (const each of asked) {
    const start = performance.now();
    const text = await manner(each);
    times.push(performance.now() - start);
    if (text === null) refused += 1;
    else {
      if (means(each, text)) meant += 1;
      if (keepsBytes(each, text)) exact += 1;
    }
  }
  times.sort((a, b) => a - b);
  const done = asked.length - refused;
  const share = (count: number): string => `${((100 * count) / done).toFixed(1)} %`.padStart(8);
  const p50 = (times[Math.floor(times.length / 2)] ?? 0).toFixed(2);
  console.log(
    `${name.padEnd(26)} ${String(refused).padStart(5)} refused   means what was asked ${share(meant)}   no other byte changed ${share(exact)}   p50 ${p50} ms`,
  );
}

function means({ style, path, value }: Asked, text: string): boolean {
  const before = edit(style, style.text, []);
  const after = edit(style, text, []);
  if (before.kind === 'refused' || after.kind === 'refused') return false;
  return sameTree(
    after.before,
    meaning(before.before, path, () => [value], false),
  );
}

function keepsBytes({ style, path }: Asked, text: string): boolean {
  const place = placeInFile(style, path);
  if (place === undefined || !text.startsWith(style.text.slice(0, place.start))) return false;
  const [behind = '', ...others] = style.text.slice(place.end).split('\n');
  const below = others.length === 0 ? '' : `\n${others.join('\n')}`.trimStart();
  return text.endsWith(below) && text.slice(place.start, text.length - below.length).includes(behind.trim());
}
