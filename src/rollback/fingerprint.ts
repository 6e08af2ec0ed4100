import { formatJson, isJsonArray, isJsonObject, type JsonValue } from '../resource/json.ts';
import type { Repair } from './repair-plan.ts';

/** What a repair is meant to reach, without time, place in a file, or the way there. */
export interface Intent {
  readonly object: string;
  readonly repair: Repair;
  readonly targets: readonly { readonly path: string; readonly value: JsonValue | undefined }[];
}

/** SHA-256 of a text in hexadecimal; injected, because deciding code knows no platform. */
export type Hash = (text: string) => string;

/** 20 hexadecimal digits; the order of targets and of keys does not matter. */
export function fingerprintOf(intent: Intent, hash: Hash): string {
  const targets = intent.targets.map(({ path, value }) => [
    path,
    value === undefined ? 'remove' : 'set',
    canonical(value ?? null),
  ]);
  const sorted = targets.map((target) => formatJson(target)).sort();
  return hash(formatJson(['mooring/intent/1', intent.object, intent.repair, sorted])).slice(0, 20);
}

/** Same intent, same branch. */
export function branchName(repair: Repair, fingerprint: string): string {
  return `mooring/${repair}/${fingerprint}`;
}

function canonical(value: JsonValue): string {
  if (isJsonArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return formatJson(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
