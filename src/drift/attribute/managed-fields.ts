import type { FieldPath, Segment } from '../../resource/field-path.ts';
import {
  isJsonObject,
  type JsonObject,
  type JsonScalar,
  type JsonValue,
  objectAt,
  stringAt,
} from '../../resource/json.ts';
import { managedFieldsOf } from '../../resource/managed-fields.ts';

/** One entry of `metadata.managedFields`. `time` is RFC 3339 and bounds every field of the entry from above. */
export interface ManagerEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string | null;
  readonly time: string | null;
  readonly fields: JsonObject;
}

/** Who owns which field of one live object, as the API server recorded it. */
export interface Ownership {
  readonly entries: readonly ManagerEntry[];
  readonly apiVersion: string;
}

export function readOwnership(body: JsonObject): Ownership {
  return new RecordedOwnership(body);
}

/** Nobody asks who owns the fields of an object that has no unexplained difference, so the record is read on the first question. */
class RecordedOwnership implements Ownership {
  readonly #body: JsonObject;
  #entries: readonly ManagerEntry[] | undefined;

  constructor(body: JsonObject) {
    this.#body = body;
  }

  get entries(): readonly ManagerEntry[] {
    this.#entries ??= managedFieldsOf(this.#body).map(readEntry);
    return this.#entries;
  }

  get apiVersion(): string {
    return stringAt(this.#body, 'apiVersion') ?? '';
  }
}

function readEntry(raw: JsonValue): ManagerEntry {
  return {
    manager: stringAt(raw, 'manager') ?? '',
    operation: stringAt(raw, 'operation') === 'Apply' ? 'Apply' : 'Update',
    apiVersion: stringAt(raw, 'apiVersion') ?? '',
    subresource: stringAt(raw, 'subresource') || null,
    time: stringAt(raw, 'time') ?? null,
    fields: objectAt(raw, 'fieldsV1') ?? {},
  };
}

/** The entries that own a path: the path itself, an atomic parent of it, or, for a whole subtree, anything inside it. */
export function ownersOf(ownership: Ownership, path: FieldPath): readonly ManagerEntry[] {
  const entries = ownership.entries.filter((entry) => entry.subresource !== 'status');
  return entries.filter((entry) => owns(entry, path, entries));
}

function owns(entry: ManagerEntry, path: FieldPath, all: readonly ManagerEntry[]): boolean {
  let node: JsonObject = entry.fields;
  for (const [depth, segment] of path.entries()) {
    const next = childOf(node, segment);
    // A node without members is a leaf of the field set: an atomic list or map is owned whole.
    if (next === undefined) return depth > 0 && isLeaf(node) && !isDivided(path.slice(0, depth), all);
    node = next;
  }
  return true;
}

/** Parts that somebody else owns show that the path is not atomic: whoever lost the last part owns no more than the name. */
function isDivided(path: FieldPath, all: readonly ManagerEntry[]): boolean {
  return all.some((entry) => {
    let node: JsonObject | undefined = entry.fields;
    for (const segment of path) node = node === undefined ? undefined : childOf(node, segment);
    return node !== undefined && Object.keys(node).some((key) => key !== '.');
  });
}

function isLeaf(node: JsonObject): boolean {
  for (const _key in node) return false;
  return true;
}

function childOf(node: JsonObject, segment: Segment): JsonObject | undefined {
  switch (segment.kind) {
    case 'field':
      return objectAt(node, `f:${segment.name}`);
    case 'index':
      return objectAt(node, `i:${segment.index}`);
    case 'value':
      return memberMatching(node, 'v:', (parsed) => parsed === segment.value);
    case 'keys':
      return memberMatching(node, 'k:', (parsed) => isJsonObject(parsed) && sameKeys(parsed, segment.keys));
  }
}

function memberMatching(
  node: JsonObject,
  prefix: string,
  matches: (parsed: JsonValue) => boolean,
): JsonObject | undefined {
  for (const key of Object.keys(node)) {
    if (!key.startsWith(prefix)) continue;
    const parsed = parseOrNull(key.slice(prefix.length));
    if (matches(parsed)) return objectAt(node, key);
  }
  return undefined;
}

function parseOrNull(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sameKeys(recorded: JsonObject, keys: readonly (readonly [string, JsonScalar])[]): boolean {
  return keys.every(([key, value]) => recorded[key] === value);
}

/** Entries written at another version than the one the object was read at: their paths may be named differently there. */
export function entriesOfOtherVersions(ownership: Ownership): readonly ManagerEntry[] {
  return ownership.entries.filter(
    (entry) => entry.subresource !== 'status' && entry.apiVersion !== ownership.apiVersion,
  );
}
