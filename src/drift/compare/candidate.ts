import type { FieldPath } from '../../resource/field-path.ts';
import type { JsonValue } from '../../resource/json.ts';
import type { Change } from '../drift-report.ts';
import type { TypeNode } from '../schema/type-node.ts';

/** A path where desired and live disagree, not yet judged. `desired` or `live` is undefined where that side has nothing. */
export interface Candidate {
  readonly path: FieldPath;
  readonly change: Change;
  readonly desired: JsonValue | undefined;
  readonly live: JsonValue | undefined;
  readonly type: TypeNode;
  /** `core.v1.Container.image`: the named type that holds the field, or `.image` when the type has no name. */
  readonly owner: string;
  readonly notes: readonly string[];
  /** The schema states a default for the field, which live does not have. */
  readonly hasDefault?: boolean;
}

/** A live-only value that the server writes by default. */
export interface DefaultedField {
  readonly path: FieldPath;
  readonly live: JsonValue;
}

export interface Comparison {
  readonly candidates: Candidate[];
  readonly defaulted: DefaultedField[];
  /** Notes about the resource as a whole: `order-only`, `duplicate-key`, `empty-object`, `alignment-budget`. */
  readonly notes: Set<string>;
}
