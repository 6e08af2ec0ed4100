import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectAt, stringAt } from './json.ts';

const ciphertext =
  /^ENC\[AES256_GCM,data:[A-Za-z0-9+/=]*,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:(?:str|int|float|bool|bytes)\]$/;

/** Whether a value is one that SOPS wrote in the place of another. Says nothing outside a document that SOPS encrypted. */
export function isCiphertext(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('ENC[') && ciphertext.test(value);
}

/** Whether SOPS encrypted parts of this object: it signs what it encrypted, so a value that only looks the part does not count. */
export function isSopsDocument(body: JsonObject): boolean {
  return Object.hasOwn(body, 'sops') && isCiphertext(stringAt(objectAt(body, 'sops'), 'mac'));
}

/** The object that SOPS encrypted, without what SOPS added. */
export function withoutSopsBlock({ sops: _sops, ...body }: JsonObject): JsonObject {
  return body;
}

/** The same with null in the place of every ciphertext: what stands there has another type. */
export function withoutCiphertexts(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, emptied(value)]));
}

function emptied(value: JsonValue): JsonValue {
  if (isCiphertext(value)) return null;
  if (isJsonArray(value)) return value.map(emptied);
  return isJsonObject(value) ? withoutCiphertexts(value) : value;
}

/** Whether a ciphertext stands anywhere in a value. */
export function holdsCiphertext(value: JsonValue | undefined): boolean {
  if (isJsonArray(value)) return value.some(holdsCiphertext);
  return isJsonObject(value) ? Object.values(value).some(holdsCiphertext) : isCiphertext(value);
}
