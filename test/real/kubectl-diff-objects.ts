import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../src/resource/json.ts';
import { tryTool } from './run-tool.ts';

/** What `kubectl diff --server-side` compares, by file name (`apps.v1.Deployment.NAMESPACE.NAME`): live, and live after an apply. */
export async function kubectlDiffObjects(
  manifests: string,
  flags: readonly string[],
): Promise<ReadonlyMap<string, { readonly live: JsonObject; readonly merged: JsonObject }>> {
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

function pairsIn(dir: string): ReadonlyMap<string, { live: JsonObject; merged: JsonObject }> {
  const [live = '', merged = ''] = ['LIVE-', 'MERGED-'].map((prefix) =>
    join(dir, readdirSync(dir).find((name) => name.startsWith(prefix)) ?? prefix),
  );
  const pairs = new Map<string, { live: JsonObject; merged: JsonObject }>();
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
 * A list of scalars or of unequal length is one field.
 */
export function fieldsThatDiffer(
  live: JsonValue | undefined,
  merged: JsonValue | undefined,
  at: Field = [],
): readonly Field[] {
  if (JSON.stringify(live) === JSON.stringify(merged)) return [];
  if (isJsonObject(live) && isJsonObject(merged)) {
    const keys = new Set([...Object.keys(live), ...Object.keys(merged)]);
    return [...keys].flatMap((key) => fieldsThatDiffer(live[key], merged[key], [...at, key]));
  }
  if (isJsonArray(live) && isJsonArray(merged) && live.length === merged.length && live.every(isJsonObject))
    return live.flatMap((element, index) => fieldsThatDiffer(element, merged[index], at));
  return [at];
}

/** Whether the field is there, in any element of the lists on the way. */
export function hasField(value: JsonValue | undefined, [name, ...rest]: Field): boolean {
  if (isJsonArray(value)) return value.some((element) => hasField(element, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return value !== undefined;
  return isJsonObject(value) && Object.hasOwn(value, name) && hasField(value[name], rest);
}

/** The same with all lists in one order. */
export function sorted(value: JsonValue): JsonValue {
  if (isJsonArray(value)) {
    const texts = value.map((element) => [JSON.stringify(sorted(element)), sorted(element)] as const);
    return texts.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, element]) => element);
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key] ?? null)]),
  );
}
