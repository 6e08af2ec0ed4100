import { arrayAt, isJsonObject, type JsonObject, objectAt, parseJson } from '../resource/json.ts';
import type { KubernetesConnection } from './connection/kubernetes-connection.ts';

/** What may change objects on their way in; null when it may not be read. */
export interface AdmissionConfiguration {
  readonly webhooks: readonly JsonObject[];
  readonly policies: readonly JsonObject[];
  readonly bindings: readonly JsonObject[];
}

const base = '/apis/admissionregistration.k8s.io/v1';

/** Null when the webhooks may not be read; servers without policies have none. Throws AppError when the server does not answer. */
export async function readAdmissionConfiguration(
  connection: KubernetesConnection,
  signal: AbortSignal,
): Promise<AdmissionConfiguration | null> {
  const list = async (plural: string): Promise<readonly JsonObject[] | null> => {
    const { status, body } = await connection.send({ path: `${base}/${plural}` }, signal);
    if (status === 404) return [];
    return status === 200 ? arrayAt(parseJson(body.toString('utf8')), 'items').filter(isJsonObject) : null;
  };
  const [webhooks, policies, bindings] = await Promise.all(
    ['mutatingwebhookconfigurations', 'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'].map(list),
  );
  if (!webhooks || !policies || !bindings) return null;
  return { webhooks, policies, bindings };
}

/** Labels of a namespace; null when it may not be read or is not there. Throws AppError when the server does not answer. */
export async function readNamespaceLabels(
  connection: KubernetesConnection,
  namespace: string,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const { status, body } = await connection.send({ path }, signal);
  return status === 200 ? (objectAt(parseJson(body.toString('utf8')), 'metadata', 'labels') ?? {}) : null;
}
