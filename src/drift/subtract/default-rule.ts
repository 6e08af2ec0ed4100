import type { JsonObject, JsonValue } from '../../resource/json.ts';

/** Where a defaulted field sits: the objects from the root down to its parent. `desired` is undefined below what Git declares. */
export interface DefaultContext {
  readonly liveParents: readonly JsonObject[];
  readonly desiredParents: readonly (JsonObject | undefined)[];
}

/** A constant, or what the server derives from neighbouring fields. The live value lets a rule accept one of several. */
export type DefaultRule = JsonValue | ((live: JsonValue, context: DefaultContext) => JsonValue | undefined);

/** The object that holds the field, as live has it. */
export function parent(context: DefaultContext): JsonObject {
  return context.liveParents.at(-1) ?? {};
}
