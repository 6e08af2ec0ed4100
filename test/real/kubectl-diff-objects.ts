import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { isJsonArray, isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '../../src/resource/json.ts';
import { tryTool } from './run-tool.ts';

export interface DiffPair {
  readonly live: JsonObject;
  /** What live would be after an apply. */
  readonly merged: JsonObject;
}

/** What `kubectl diff --server-side` compares, by file name (`apps.v1.Deployment.NAMESPACE.NAME`). */
export async function kubectlDiffObjects(
  manifests: string,
  flags: readonly string[],
): Promise<ReadonlyMap<string, DiffPair>> {
  const dir = mkdtempSync(join(tmpdir(), 'mooring-diff-'));
  try {
    mkdirSync(join(dir, 'seen'));
    // kubectl allows no slash in the arguments of the program that it gives its two directories to.
    const environment = { KUBECTL_EXTERNAL_DIFF: 'cp -r -t seen' };
    const args = ['diff', '--server-side', '--force-conflicts', ...flags, '-f', '-'];
    const { code, stderr } = await tryTool('kubectl', args, { input: manifests, environment, cwd: dir });
    if (code > 1 || stderr.includes('rror')) throw new Error(`kubectl diff ended with ${code}: ${stderr}`);
    return pairsIn(join(dir, 'seen'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function pairsIn(dir: string): ReadonlyMap<string, DiffPair> {
  const [live = '', merged = ''] = ['LIVE-', 'MERGED-'].map((prefix) =>
    join(dir, readdirSync(dir).find((name) => name.startsWith(prefix)) ?? prefix),
  );
  const pairs = new Map<string, DiffPair>();
  if (!existsSync(merged)) return pairs;
  for (const name of readdirSync(merged)) {
    pairs.set(name, { live: objectIn(join(live, name)), merged: objectIn(join(merged, name)) });
  }
  return pairs;
}

function objectIn(file: string): JsonObject {
  const value: unknown = existsSync(file) ? load(readFileSync(file, 'utf8')) : {};
  return isJsonObject(value) ? value : {};
}

type Field = readonly string[];

/**
 * Fields in which two objects differ, without list positions, so that it does not matter how elements of lists are told apart.
 * A list of scalars or of unequal length is one field. `anyOrder` pairs the elements of a list that are most alike.
 */
export function fieldsThatDiffer(
  live: JsonValue | undefined,
  merged: JsonValue | undefined,
  anyOrder: boolean,
  at: Field = [],
): readonly Field[] {
  if (JSON.stringify(live) === JSON.stringify(merged)) return [];
  if (isJsonObject(live) && isJsonObject(merged)) {
    const keys = new Set([...Object.keys(live), ...Object.keys(merged)]);
    return [...keys].flatMap((key) => fieldsThatDiffer(live[key], merged[key], anyOrder, [...at, key]));
  }
  if (!isJsonArray(live) || !isJsonArray(merged) || live.length !== merged.length) return [at];
  if (!live.every(isJsonObject)) return anyOrder && sameMembers(live, merged) ? [] : [at];
  const rest = [...merged];
  return live.flatMap((element) => {
    const choices = (anyOrder ? rest : rest.slice(0, 1)).map((other) => fieldsThatDiffer(element, other, anyOrder, at));
    const best = choices.reduce((least, fields) => (fields.length < least.length ? fields : least));
    rest.splice(choices.indexOf(best), 1);
    return best;
  });
}

function sameMembers(live: JsonArray, merged: JsonArray): boolean {
  const [before, after] = [live, merged].map((list) => list.map((member) => JSON.stringify(member)).toSorted());
  return String(before) === String(after);
}

/** All values of the field, one for each element of the lists on the way that has it. */
export function valuesAt(value: JsonValue | undefined, [name, ...rest]: Field): readonly JsonValue[] {
  if (value === undefined) return [];
  if (name === undefined) return [value];
  if (isJsonArray(value)) return value.flatMap((element) => valuesAt(element, [name, ...rest]));
  return isJsonObject(value) && Object.hasOwn(value, name) ? valuesAt(value[name], rest) : [];
}
