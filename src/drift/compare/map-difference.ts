import { diff, type IChange, Operation } from 'json-diff-ts';
import type { JsonObject, JsonScalar, JsonValue } from '../../resource/json.ts';

export interface KeyChange {
  readonly key: string;
  readonly desired: JsonValue | undefined;
  readonly live: JsonValue | undefined;
}

/**
 * The keys in which two flat maps of scalars differ, with json-diff-ts. Driven as it is reliable: no list keys, no skipping,
 * only the nested changeset with raw keys is read; REMOVE and ADD of one key are a change of type.
 */
export function mapDifference(desired: JsonObject, live: JsonObject): readonly KeyChange[] {
  const changes = new Map<string, KeyChange>();
  for (const change of diff(bare(desired), bare(live))) {
    const earlier = changes.get(change.key);
    changes.set(change.key, { ...earlier, key: change.key, ...sides(change, earlier) });
  }
  return [...changes.values()];
}

/** A copy without prototype, so that a key named `__proto__` is a key; integers beyond 2^53 become text of their digits. */
function bare(map: JsonObject): Record<string, JsonScalar> {
  const copy: Record<string, JsonScalar> = Object.create(null);
  for (const [key, value] of Object.entries(map)) {
    Object.defineProperty(copy, key, { value: typeof value === 'bigint' ? `${value}n` : value, enumerable: true });
  }
  return copy;
}

function sides(
  change: IChange,
  earlier: KeyChange | undefined,
): { desired: JsonValue | undefined; live: JsonValue | undefined } {
  switch (change.type) {
    case Operation.REMOVE:
      return { desired: change.value, live: earlier?.live };
    case Operation.ADD:
      return { desired: earlier?.desired, live: change.value };
    case Operation.UPDATE:
      return { desired: change.oldValue, live: change.value };
  }
}
