import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { ActorClass, Difference, ResourceReport } from '../drift-report.ts';

const persons: ReadonlySet<ActorClass> = new Set(['human', 'human-operational', 'suspicious']);

/** Whether admission could explain more of a report: a difference that no person made alone, or a guess that could be proved. */
export function isWorthTrying({ drift, differences, suppressions }: ResourceReport): boolean {
  return (
    (drift === 'changed' && differences.some((each) => !persons.has(each.actor.class) || hasParts(each))) ||
    suppressions.some((each) => each.class === 'admission' && each.confidence !== 'high')
  );
}

/** A person may hold one part of what was added while admission made the rest. */
function hasParts({ change, live }: Difference): boolean {
  return change === 'added' && typeof live === 'object' && live !== null;
}

/** Kinds whose name repeats what they hold: under another one the server refuses them. */
const boundNames = new Set(['apiextensions.k8s.io/CustomResourceDefinition', 'apiregistration.k8s.io/APIService']);

/** Members that belong to the object that is there, not to what Git declares. */
const ofTheInstance = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'generateName'];

/**
 * The declared object as one of its own that the server could create, under a throw-away name: creating it takes in nothing of the live
 * object, as an apply would. What would clash with the live one is left out, and so is every value of a Secret. Undefined for a
 * kind that cannot have another name.
 */
export function trialOf(declared: Resource, name: string): Resource | undefined {
  const { id, body } = declared;
  if (boundNames.has(`${id.group}/${id.kind}`)) return undefined;
  const { status: _status, ...rest } = body;
  const metadata = Object.entries(objectAt(body, 'metadata') ?? {}).filter(([key]) => !ofTheInstance.includes(key));
  return {
    ...declared,
    id: { ...id, name },
    body: { ...withoutClashes(id, rest), metadata: { ...Object.fromEntries(metadata), name } },
  };
}

function withoutClashes(id: ResourceId, body: JsonObject): JsonObject {
  if (id.group !== '') return body;
  if (id.kind === 'Service') return withoutAllocations(body);
  return id.kind === 'Secret' ? withoutValues(body) : body;
}

function withoutAllocations(body: JsonObject): JsonObject {
  const { clusterIP, clusterIPs: _ips, healthCheckNodePort: _port, ...spec } = objectAt(body, 'spec') ?? {};
  const ports = spec['ports'];
  return {
    ...body,
    spec: {
      ...spec,
      ...(clusterIP === 'None' ? { clusterIP } : {}),
      ...(isJsonArray(ports) ? { ports: ports.map(withoutNodePort) } : {}),
    },
  };
}

function withoutNodePort(port: JsonValue): JsonValue {
  if (!isJsonObject(port)) return port;
  const { nodePort: _nodePort, ...rest } = port;
  return rest;
}

/** The keys stay: some types of Secrets ask for theirs. */
function withoutValues({ stringData: text, ...body }: JsonObject): JsonObject {
  const keys = [...Object.keys(objectAt(body, 'data') ?? {}), ...Object.keys(isJsonObject(text) ? text : {})];
  return { ...body, data: Object.fromEntries(keys.map((key) => [key, ''])) };
}

const withheld: Readonly<Record<string, RegExp>> = {
  Service: /^spec\.(?:clusterIPs?|healthCheckNodePort)(?:\[|$)|^spec\.ports\[[^\]]*\]\.nodePort$/,
  Secret: /^(?:data|stringData)(?:\.|$)/,
};

/** Paths that a trial says nothing about, because they were not sent; undefined when all were. */
export function withheldFrom({ group, kind }: ResourceId): RegExp | undefined {
  return group === '' && Object.hasOwn(withheld, kind) ? withheld[kind] : undefined;
}

/** The answer to a trial as if the object had kept its name: what was made from the throw-away name is made from the real one. */
export function withRealName(answer: JsonObject, trialName: string, realName: string): JsonObject {
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [
      key.replaceAll(trialName, () => realName),
      renamed(value, trialName, realName),
    ]),
  );
}

function renamed(value: JsonValue, from: string, to: string): JsonValue {
  if (typeof value === 'string') return value.replaceAll(from, () => to);
  if (isJsonArray(value)) return value.map((each) => renamed(each, from, to));
  return isJsonObject(value) ? withRealName(value, from, to) : value;
}
