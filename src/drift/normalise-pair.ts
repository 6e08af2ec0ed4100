import type { JsonObject } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { isCiphertext, isSopsDocument, withoutCiphertexts, withoutSopsBlock } from '../resource/sops.ts';
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
  /** SOPS encrypted parts of it, which stand in the body as they do in Git. */
  readonly isEncrypted: boolean;
}

/** Prepared once per declared object and version: an unchanged manifest is never walked again. */
const preparedBy = new WeakMap<Resource, Map<string, Prepared>>();

/** `livesEncrypted`: the live object keeps what SOPS wrote, for an operator that decrypts in the cluster; then it is compared as text. */
export function prepare(
  desired: Resource,
  apiVersion: string,
  catalog: SchemaCatalog,
  livesEncrypted = false,
): Prepared {
  let versions = preparedBy.get(desired);
  if (versions === undefined) {
    versions = new Map();
    preparedBy.set(desired, versions);
  }
  const type =
    catalog.find(apiVersion, desired.id.kind)?.type ??
    catalog.find(desired.apiVersion, desired.id.kind)?.type ??
    unknownKind();
  const form = livesEncrypted ? `${apiVersion} encrypted` : apiVersion;
  const known = versions.get(form);
  if (known !== undefined && known.type === type) return known;
  const prepared = prepareBody(declaredAt(desired, apiVersion), { type, kind: desired.id.kind, livesEncrypted });
  versions.set(form, prepared);
  return prepared;
}

function prepareBody(
  declared: JsonObject,
  { type, kind, livesEncrypted }: { readonly type: TypeNode; readonly kind: string; readonly livesEncrypted: boolean },
): Prepared {
  const isEncrypted = !livesEncrypted && isSopsDocument(declared);
  const plain = isEncrypted ? withoutSopsBlock(declared) : declared;
  const validation = validate(isEncrypted ? withoutCiphertexts(plain) : plain, type, kind);
  const body = validation.hasUnsetZeros ? withoutUnsetZeros(plain, type) : plain;
  const stored = kind === 'Secret' ? secretAsStored(body, isEncrypted ? base64IfPlain : base64OfText) : body;
  return { body: comparable(stored), validation, type, isEncrypted };
}

function base64IfPlain(text: string): string {
  return isCiphertext(text) ? text : base64OfText(text);
}

export function normalisedLive(live: Resource): JsonObject {
  return comparable(live.id.kind === 'Secret' ? secretAsStored(live.body, base64OfText) : live.body);
}
