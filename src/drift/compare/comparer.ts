import type { Segment } from '../../resource/field-path.ts';
import type { JsonArray, JsonValue } from '../../resource/json.ts';
import type { TypeNode } from '../schema/type-node.ts';
import type { Candidate, Comparison } from './candidate.ts';

/** Where a value sits: its type, and the named type and field that hold it. */
export interface Place {
  readonly type: TypeNode;
  readonly owner: string;
}

/** What comparing lists needs of the walk through the trees: the walk calls it, and it calls back for the elements. */
export interface Comparer {
  readonly result: Comparison;
  value(desired: JsonValue, live: JsonValue, type: TypeNode, owner: string): void;
  within(segment: Segment, step: () => void): void;
  push(
    change: Candidate['change'],
    desired: JsonValue | undefined,
    live: JsonValue | undefined,
    at: Place & { readonly notes?: readonly string[] },
  ): void;
  distance(desired: JsonValue, live: JsonValue, at: Place): number;
  absorbIfEqual(desired: JsonArray, live: JsonArray, at: Place): boolean;
}
