import { readFileSync } from 'node:fs';
import { load, loadAll } from 'js-yaml';
import { Agent } from 'undici';
import { isJsonObject, type JsonObject, type JsonValue, stringAt, valueAt } from '../src/resource/json.ts';
import type { Estate } from './estate.ts';

const plurals: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
};

/** Applies the estate server-side, as `kubectl apply --server-side` would, twenty requests at a time. */
export async function fillCluster(kubeconfig: string, estate: Estate): Promise<void> {
  const { agent, server } = administrator(kubeconfig);
  try {
    const objects = estate.files.flatMap(({ text }) => documentsOf(text));
    for (const namespace of estate.namespaces)
      await apply(agent, server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const queue = objects.values();
    const worker = async (): Promise<void> => {
      for (const object of queue) await apply(agent, server, object);
    };
    await Promise.all(Array.from({ length: 20 }, worker));
  } finally {
    await agent.close();
  }
}

/** Creates objects as they come, twenty requests at a time. `at` is their collection: `/api/v1/nodes`. */
export async function createObjects(
  kubeconfig: string,
  objects: Iterable<{ readonly at: string; readonly body: JsonObject }>,
): Promise<void> {
  await sendEach(kubeconfig, objects, async ({ at, body }, send) => {
    await send({ path: at, method: 'POST', contentType: 'application/json', body });
  });
}

export interface Sent {
  readonly path: string;
  readonly method: 'POST' | 'PATCH';
  readonly contentType: string;
  readonly body: JsonObject;
}

/** Sends what `act` makes of each item, twenty at a time, as the administrator. Throws when the server refuses one. */
export async function sendEach<T>(
  kubeconfig: string,
  items: Iterable<T>,
  act: (item: T, send: (sent: Sent) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { agent, server } = administrator(kubeconfig);
  const send = async ({ path, method, contentType, body }: Sent): Promise<void> => {
    const headers = { 'content-type': contentType };
    const answer = await agent.request({ origin: server, path, method, headers, body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode > 201) throw new Error(`cannot ${method} ${path} (${answer.statusCode}): ${text}`);
  };
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await act(next.value, send);
  };
  try {
    await Promise.all(Array.from({ length: 20 }, worker));
  } finally {
    await agent.close();
  }
}

function documentsOf(text: string): readonly JsonObject[] {
  const objects: JsonObject[] = [];
  loadAll(text, (document) => {
    if (isJsonObject(document)) objects.push(document);
  });
  return objects;
}

async function apply(agent: Agent, server: string, object: JsonObject): Promise<void> {
  const { apiVersion = '', kind = '' } = { apiVersion: stringAt(object, 'apiVersion'), kind: stringAt(object, 'kind') };
  const namespace = stringAt(object, 'metadata', 'namespace');
  const path = [
    apiVersion.includes('/') ? '/apis' : '/api',
    apiVersion,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    plurals[kind] ?? `${kind.toLowerCase()}s`,
    `${stringAt(object, 'metadata', 'name')}?fieldManager=kubectl`,
  ].join('/');
  const answer = await agent.request({
    origin: server,
    path,
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(object),
  });
  const text = await answer.body.text();
  if (answer.statusCode > 201) throw new Error(`cannot apply ${kind} (${answer.statusCode}): ${text}`);
}

/** The connection of the plane's administrator. */
function administrator(kubeconfig: string): { agent: Agent; server: string } {
  const config: unknown = load(readFileSync(kubeconfig, 'utf8'));
  const tree: JsonValue = isJsonObject(config) ? config : null;
  const [cluster] = listAt(tree, 'clusters');
  const [user] = listAt(tree, 'users');
  const pem = (value: JsonValue | undefined, ...keys: string[]): string =>
    Buffer.from(stringAt(value, ...keys) ?? '', 'base64').toString();
  const connect = {
    ca: pem(cluster, 'cluster', 'certificate-authority-data'),
    cert: pem(user, 'user', 'client-certificate-data'),
    key: pem(user, 'user', 'client-key-data'),
  };
  return { agent: new Agent({ connect, connections: 20 }), server: stringAt(cluster, 'cluster', 'server') ?? '' };
}

function listAt(tree: JsonValue, key: string): readonly JsonValue[] {
  const list = valueAt(tree, key);
  return Array.isArray(list) ? list : [];
}
