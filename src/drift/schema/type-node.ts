import type { JsonValue } from '../../resource/json.ts';

/** How a scalar of this type is compared. `any` compares literally and descends into whatever is there. */
export type ScalarType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'quantity'
  | 'int-or-string'
  | 'duration'
  | 'bytes'
  | 'time';

export interface Limits {
  readonly enum?: readonly JsonValue[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  /** Numbers must be whole: a custom resource has no Go type that would read `0.5` as text. */
  readonly whole?: boolean;
}

export interface FieldNode {
  readonly type: TypeNode;
  /** `core.v1.Container.image` for fields of Kubernetes, empty for those of anonymous types. */
  readonly owner: string;
  /** Undefined when the schema states none: defaults of built-in types mostly live in Go code (`subtract/go-defaults.ts`). */
  readonly default?: JsonValue;
}

export interface StructNode {
  readonly kind: 'struct';
  /** `core.v1.Container` for types of Kubernetes, empty for anonymous ones. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldNode>;
  readonly required: readonly string[];
  /** Whether fields that the schema does not name are kept by the server. */
  readonly keepsUnknown: boolean;
  /** Types of CRDs keep explicit zeros and empties; built-in types drop them on the server. */
  readonly builtin: boolean;
}

export interface MapNode {
  readonly kind: 'map';
  readonly value: TypeNode;
  readonly builtin: boolean;
}

export interface ListNode {
  readonly kind: 'list';
  readonly item: TypeNode;
  readonly listType: 'map' | 'set' | 'atomic';
  readonly keys: readonly string[];
  /** Defaults of key fields, so that an element without `protocol` meets the one with `protocol: TCP`. */
  readonly keyDefaults: Readonly<Record<string, JsonValue>>;
  readonly builtin: boolean;
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly scalar: ScalarType;
  readonly limits: Limits | null;
}

export interface AnyNode {
  readonly kind: 'any';
}

export type TypeNode = StructNode | MapNode | ListNode | ScalarNode | AnyNode;

export const anyNode: AnyNode = { kind: 'any' };

/** The type behind a field, `any` when the schema does not tell. */
export function fieldType(node: TypeNode, name: string): TypeNode {
  if (node.kind === 'struct') return node.fields.get(name)?.type ?? anyNode;
  if (node.kind === 'map') return node.value;
  return anyNode;
}

export function itemType(node: TypeNode): TypeNode {
  return node.kind === 'list' ? node.item : anyNode;
}
