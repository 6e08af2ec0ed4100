import type { KindRef } from '../collectors/live-source.ts';
import { AppError } from '../errors/app-error.ts';
import { formatJson, isJsonObject, type JsonObject, objectAt, parseJson } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { describeResourceId } from '../resource/resource-id.ts';
import type { ApiAnswer, KubernetesConnection } from './connection/kubernetes-connection.ts';
import { readRefusal, refusalError } from './connection/kubernetes-errors.ts';
import { type Discovery, discoverKinds } from './discovery/discover-kinds.ts';
import { collectionPath, kindKey, objectPath, type ServedKind } from './discovery/served-kind.ts';
import { readLiveObject } from './list/live-object.ts';

/** What a request would make of one object, without doing it. */
export type DryRun =
  /** `plural` and `namespaced` are of the kind as the server serves it. */
  | { readonly kind: 'accepted'; readonly body: JsonObject; readonly plural: string; readonly namespaced: boolean }
  /** The object can never be accepted as it is, or something in the way refuses it; `reason` is the server's. */
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string; readonly message: string };

export interface KubernetesClient {
  /** Server-side apply as a dry run under `fieldManager`; the body is sent as it is. Throws AppError for all but verdicts. */
  patchDryRun(resource: Resource, fieldManager: string, signal: AbortSignal): Promise<DryRun>;
  /** The same for an object in the place of the one that is there; status 409 when that has changed since it was read. */
  updateDryRun(resource: Resource, fieldManager: string, signal: AbortSignal): Promise<DryRun>;
  /** The same for a new object; unknown fields are dropped, as they are from what is stored. */
  createDryRun(resource: Resource, fieldManager: string, signal: AbortSignal): Promise<DryRun>;
}

interface Attempt {
  readonly fieldManager: string;
  readonly verb: keyof typeof forms;
}

/** Requests about single objects, for what is about to be proposed. */
export function createKubernetesClient(connection: KubernetesConnection): KubernetesClient {
  let discovery: Discovery | undefined;

  const servedKind = async (ref: KindRef, signal: AbortSignal): Promise<ServedKind> => {
    const known = discovery?.kinds.get(kindKey(ref));
    if (known !== undefined) return known;
    discovery = await discoverKinds(connection, [ref.apiVersion], discovery, signal);
    const found = discovery.kinds.get(kindKey(ref));
    if (found !== undefined) return found;
    throw new AppError({
      code: 'resource-not-found',
      what: `cannot find kind ${ref.kind} of ${ref.apiVersion}`,
      why: 'the server does not know this kind',
      remedy: 'Install its CustomResourceDefinition or correct the apiVersion',
    });
  };

  const tryOut = async (resource: Resource, { fieldManager, verb }: Attempt, signal: AbortSignal): Promise<DryRun> => {
    const { id, apiVersion, body } = resource;
    const served = await servedKind({ apiVersion, kind: id.kind }, signal);
    const { mediaType, options } = forms[verb];
    const query = new URLSearchParams({ fieldManager, dryRun: 'All', ...options });
    const namespace = id.namespace === '' ? connection.namespace : id.namespace;
    const path = verb === 'POST' ? collectionPath(served, namespace) : objectPath(served, namespace, id.name);
    const answer = await connection.send(
      {
        method: verb,
        path: `${path}?${query.toString()}`,
        headers: { 'content-type': mediaType },
        body: formatJson(withoutManagedFields(body)),
      },
      signal,
    );
    if (answer.status === 200 || answer.status === 201) return accepted(answer, served);
    const { status, reason, message } = readRefusal(answer.status, undefined, answer.body);
    if (isVerdict(status, message)) return { kind: 'rejected', status, reason, message };
    throw refused(`cannot try ${describeResourceId(id)} on the server`, answer);
  };

  return {
    patchDryRun: (resource, fieldManager, signal) => tryOut(resource, { fieldManager, verb: 'PATCH' }, signal),
    updateDryRun: (resource, fieldManager, signal) => tryOut(resource, { fieldManager, verb: 'PUT' }, signal),
    createDryRun: (resource, fieldManager, signal) => tryOut(resource, { fieldManager, verb: 'POST' }, signal),
  };
}

const forms = {
  PATCH: { mediaType: 'application/apply-patch+yaml', options: { force: 'true' } },
  PUT: { mediaType: 'application/json', options: {} },
  POST: { mediaType: 'application/json', options: { fieldValidation: 'Ignore' } },
} as const;

/** Who wrote what is the server's to say: an apply may not name it, and a live object holds it in a form of ours. */
function withoutManagedFields(body: JsonObject): JsonObject {
  const { managedFields: _managedFields, ...metadata } = objectAt(body, 'metadata') ?? {};
  return { ...body, metadata };
}

/** These say something about the object; 401, 403, 429 and the like say something about us or the server. */
function isVerdict(status: number, message: string): boolean {
  // A field that the schema does not know is answered with 500, as if the server were at fault; only the text tells.
  if (status === 500) return message.startsWith('failed to create typed patch object');
  return status === 400 || status === 404 || status === 409 || status === 422;
}

function accepted(answer: ApiAnswer, served: ServedKind): DryRun {
  const body = parseJson(answer.body.toString('utf8'));
  const read = isJsonObject(body) ? readLiveObject(body, served) : undefined;
  const { plural, namespaced } = served;
  return { kind: 'accepted', body: read?.resource.body ?? {}, plural, namespaced };
}

function refused(what: string, answer: ApiAnswer): AppError {
  return refusalError(what, readRefusal(answer.status, answer.header('retry-after'), answer.body));
}
