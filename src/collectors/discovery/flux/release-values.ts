import {
  arrayAt,
  formatJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { Gap } from '../../../resource/snapshot.ts';
import { readValue } from '../argo/argo-installation.ts';
import { discoveryGap, nameOf } from '../discovery-gap.ts';
import type { FluxSurroundings } from './flux-source.ts';
import { mergeValues, typedValue, withValueAt } from './helm-values.ts';

export interface ReleaseValues {
  readonly text: string;
  /** Paths, as `--set` writes them, where a value of a Secret would stand. */
  readonly hidden: readonly string[];
}

/**
 * The values of a HelmRelease: those of `valuesFrom` in their order, `spec.values` over them, and over all those with a
 * `targetPath`. Returns a gap when they cannot be known: without the whole file of a Secret nothing of the release can be rendered rightly.
 */
export function releaseValues(object: Resource, around: FluxSurroundings): ReleaseValues | Gap {
  const placed: { readonly path: string; readonly value: JsonValue; readonly from: string }[] = [];
  const hidden: string[] = [];
  let merged: JsonObject = {};
  for (const reference of arrayAt(object.body, 'spec', 'valuesFrom')) {
    const from = `${stringAt(reference, 'kind') ?? ''} ${stringAt(reference, 'name') ?? ''}`;
    const read = readReference(object, reference, around);
    if (read.kind === 'gap') return read.gap;
    if (read.kind === 'hidden') hidden.push(read.path);
    if (read.kind !== 'text') continue;
    const { target, text, literal } = read;
    if (target === '') {
      const next = mergeFile(merged, text);
      if (next === undefined) return noValues(object, from);
      merged = next;
    } else placed.push({ path: target, value: literal ? text : typedValue(text), from });
  }
  let values = mergeValues(merged, objectAt(object.body, 'spec', 'values') ?? {});
  for (const { path, value, from } of placed) {
    const next = withValueAt(values, path, value);
    if (next === undefined) return noValues(object, from);
    values = next;
  }
  return { text: formatJson(values), hidden };
}

function noValues(object: Resource, from: string): Gap {
  return discoveryGap(nameOf(object.id), `what valuesFrom takes from ${from} is no values`, `Correct ${from}`);
}

type ReadReference =
  | { readonly kind: 'text'; readonly text: string; readonly target: string; readonly literal: boolean }
  | { readonly kind: 'hidden'; readonly path: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'gap'; readonly gap: Gap };

function readReference(object: Resource, reference: JsonValue, around: FluxSurroundings): ReadReference {
  const name = nameOf(object.id);
  const [kind = '', referred = '', target = ''] = ['kind', 'name', 'targetPath'].map((key) => stringAt(reference, key));
  const missing = (why: string): ReadReference =>
    valueAt(reference, 'optional') === true
      ? { kind: 'absent' }
      : { kind: 'gap', gap: discoveryGap(name, why, 'Create it, or mark the reference as optional') };
  const held = around.find(kind, object.id.namespace, referred);
  if (kind === 'Secret' && (held !== undefined || around.isUnread(kind)))
    return target === '' ? { kind: 'gap', gap: hiddenFile(name, referred) } : { kind: 'hidden', path: target };
  if (held === undefined)
    return missing(`${kind} ${referred}, which its valuesFrom names, does not exist or cannot be read`);
  const key = stringAt(reference, 'valuesKey') || 'values.yaml';
  const text = stringAt(held.body, 'data', key);
  if (text === undefined) return missing(`${kind} ${referred} has no key ${key}`);
  return { kind: 'text', text, target, literal: valueAt(reference, 'literal') === true };
}

function hiddenFile(name: string, secret: string): Gap {
  return discoveryGap(
    name,
    `its values come from Secret ${secret}, and values of Secrets are not read`,
    'Keep only the secret values in the Secret, each with a targetPath, and the rest in spec.values or a ConfigMap',
  );
}

function mergeFile(merged: JsonObject, text: string): JsonObject | undefined {
  const values = readValue(text);
  if (values === null) return merged;
  return isJsonObject(values) ? mergeValues(merged, values) : undefined;
}
