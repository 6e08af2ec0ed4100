import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import type { ResourceReport } from '../../src/drift/drift-report.ts';
import { DriftSession } from '../../src/drift/drift-session.ts';
import type { IgnoreRule } from '../../src/drift/subtract/user-rules.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { describeResourceId } from '../../src/resource/resource-id.ts';
import type { Gap } from '../../src/resource/snapshot.ts';

export const now = '2026-11-25T12:00:00Z';

export function resources(yaml: string, file = 'test.yaml'): readonly Resource[] {
  return parseManifests(yaml, file).resources;
}

export function folder(path: string): readonly Resource[] {
  return readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => resources(readFileSync(join(path, name), 'utf8'), name));
}

export interface Sides {
  readonly desired: readonly Resource[];
  readonly live: readonly Resource[];
  readonly rules?: readonly IgnoreRule[];
  readonly liveGaps?: readonly Gap[];
  readonly desiredGaps?: readonly Gap[];
}

export function session(sides: Sides): DriftSession {
  const opened = new DriftSession({ defaultNamespace: 'shop', rules: sides.rules ?? [] });
  opened.setLive({ source: 'live', resources: sides.live, gaps: sides.liveGaps ?? [], openApi: [], readAt: now });
  opened.setDesired([
    {
      source: 'git',
      revision: null,
      resources: sides.desired,
      gaps: sides.desiredGaps ?? [],
      unstable: [],
      readAt: now,
    },
  ]);
  return opened;
}

/** Every verdict of a comparison, by `Kind namespace/name`. */
export function judgeAll(sides: Sides, earlier: readonly Resource[] = []): ReadonlyMap<string, ResourceReport> {
  const opened = session(sides);
  const verdicts = new Map<string, ResourceReport>();
  for (const key of opened.keys()) {
    const report = opened.judge(key, now, earlier);
    if (report !== null) verdicts.set(describeResourceId({ group: '', ...report }), report);
  }
  return verdicts;
}

/** The report of the only declared object of a comparison written as YAML. */
export function judgeOne(
  desired: string,
  live: string,
  more: Omit<Sides, 'desired' | 'live'> & { earlier?: string } = {},
): ResourceReport {
  const declared = resources(desired);
  const opened = session({ ...more, desired: declared, live: resources(live) });
  const first = opened.keys()[0];
  const report =
    first === undefined ? null : opened.judge(first, now, more.earlier === undefined ? [] : resources(more.earlier));
  if (report === null) throw new Error('nothing was judged');
  return report;
}

const marks = { changed: '~', added: '+', removed: '-' } as const;

/** Differences in short: `~spec.replicas`. */
export function paths(report: ResourceReport | undefined): readonly string[] {
  return (report?.differences ?? []).map(({ change, path }) => `${marks[change]}${path}`);
}

/** A copy of a resource with one value replaced or, with `undefined`, removed. Steps are keys and list positions. */
export function withValue(
  resource: Resource,
  steps: readonly (string | number)[],
  value: JsonValue | undefined,
): Resource {
  const replaced = replace(resource.body, steps, value);
  if (!isJsonObject(replaced)) throw new Error('the root cannot be replaced');
  return { ...resource, body: replaced };
}

function replace(
  node: JsonValue | undefined,
  steps: readonly (string | number)[],
  value: JsonValue | undefined,
): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return value ?? null;
  if (typeof step === 'number') {
    const list = Array.isArray(node) ? [...node] : [];
    if (rest.length === 0 && value === undefined) list.splice(step, 1);
    else list[step] = replace(list[step], rest, value);
    return list;
  }
  const object: JsonObject = isJsonObject(node) ? node : {};
  const { [step]: old, ...others } = object;
  if (rest.length === 0 && value === undefined) return others;
  return { ...object, [step]: replace(old, rest, value) };
}
