import { arrayAt, isJsonObject, type JsonObject, stringAt, valueAt } from '../../resource/json.ts';
import { groupOf } from '../../resource/resource-id.ts';

/** Groups of the controllers that make objects in masses: those of Kubernetes itself. What an operator makes is worth reading. */
const makers: ReadonlySet<string> = new Set(['', 'apps', 'batch']);

/** Of the status of a Pod only this: addresses are how traffic names it. */
const keptOfStatus = ['phase', 'podIP', 'podIPs', 'hostIP'] as const;

/**
 * The metadata of an object that a controller of Kubernetes made and that no manifest names, or undefined when it is to be held whole.
 * `names` are those that manifests declare of its kind, in whatever namespace.
 */
export function outlineOf(body: JsonObject, names: ReadonlySet<string>): JsonObject | undefined {
  const metadata = valueAt(body, 'metadata');
  if (!isJsonObject(metadata) || names.has(stringAt(metadata, 'name') ?? '') || !isMadeByKubernetes(metadata))
    return undefined;
  const { managedFields: _managers, ...kept } = metadata;
  const outline = { apiVersion: body['apiVersion'] ?? null, kind: body['kind'] ?? null, metadata: kept };
  const { status } = body;
  if (!isJsonObject(status)) return withoutNull(outline);
  const addresses = keptOfStatus.flatMap((key) => {
    const value = status[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return withoutNull(addresses.length === 0 ? outline : { ...outline, status: Object.fromEntries(addresses) });
}

function isMadeByKubernetes(metadata: JsonObject): boolean {
  return arrayAt(metadata, 'ownerReferences').some(
    (owner) => valueAt(owner, 'controller') === true && makers.has(groupOf(stringAt(owner, 'apiVersion') ?? '?/')),
  );
}

/** Items of a list of a built-in kind carry no apiVersion and kind. */
function withoutNull(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
