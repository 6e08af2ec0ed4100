import type { JsonObject } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { base64OfText, comparable, secretAsStored } from './normalise/prepare.ts';
import { declaredAt } from './normalise/read-at-version.ts';
import { withoutUnsetZeros } from './normalise/unset-zeros.ts';
import { type SchemaCatalog, unknownKind } from './schema/schema-catalog.ts';
import type { TypeNode } from './schema/type-node.ts';
import { type Validation, validate } from './schema/validate.ts';

/** A declared object made ready for comparison at one version. */
export interface Prepared {
  readonly body: JsonObject;
  readonly validation: Validation;
  readonly type: TypeNode;
}

/** Prepared once per declared object and version: an unchanged manifest is never walked again. */
const preparedBy = new WeakMap<Resource, Map<string, Prepared>>();

export function prepare(desired: Resource, apiVersion: string, catalog: SchemaCatalog): Prepared {
  let versions = preparedBy.get(desired);
  if (versions === undefined) {
    versions = new Map();
    preparedBy.set(desired, versions);
  }
  const type =
    catalog.find(apiVersion, desired.id.kind)?.type ??
    catalog.find(desired.apiVersion, desired.id.kind)?.type ??
    unknownKind();
  const known = versions.get(apiVersion);
  if (known !== undefined && known.type === type) return known;
  const declared = declaredAt(desired, apiVersion);
  const validation = validate(declared, type, desired.id.kind);
  const body = validation.hasUnsetZeros ? withoutUnsetZeros(declared, type) : declared;
  const prepared = {
    body: comparable(desired.id.kind === 'Secret' ? secretAsStored(body, base64OfText) : body),
    validation,
    type,
  };
  versions.set(apiVersion, prepared);
  return prepared;
}

export function normalisedLive(live: Resource): JsonObject {
  return comparable(live.id.kind === 'Secret' ? secretAsStored(live.body, base64OfText) : live.body);
}
