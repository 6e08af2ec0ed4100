import { type JsonValue, parseJson, stringAt } from '../../resource/json.ts';
import { groupOf } from '../../resource/resource-id.ts';
import type { ApiAnswer, KubernetesConnection } from '../connection/kubernetes-connection.ts';
import { readRefusal, refusalError } from '../connection/kubernetes-errors.ts';
import { type DiscoveredKinds, readAggregatedDiscovery, readResourceList } from './read-discovery.ts';
import { groupVersionPath, type ServedKind } from './served-kind.ts';

/** Which kinds the server knew when it was last asked. */
export interface Discovery {
  readonly kinds: ReadonlyMap<string, ServedKind>;
  /** Group versions that exist but whose server does not answer, with the reason. */
  readonly unavailable: ReadonlyMap<string, string>;
  readonly documents: readonly AggregatedDocument[];
}

interface AggregatedDocument {
  readonly root: '/api' | '/apis';
  readonly etag: string | undefined;
  /** Null when the server cannot aggregate; then group versions are asked one by one. */
  readonly document: JsonValue | null;
}

const aggregated = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/**
 * Two requests on servers since 1.26; on others one for each of `groupVersions` that is wanted. With `previous` the server
 * answers "not modified" in a few bytes when nothing changed, and `previous` itself is returned. Throws AppError when
 * discovery as a whole fails; one aggregated API that is down is an entry of `unavailable`.
 */
export async function discoverKinds(
  connection: KubernetesConnection,
  groupVersions: readonly string[],
  previous: Discovery | undefined,
  signal: AbortSignal,
): Promise<Discovery> {
  const documents = await Promise.all([
    readRoot(connection, '/api', previous, signal),
    readRoot(connection, '/apis', previous, signal),
  ]);
  const single = groupVersions.filter((each) => documents[groupOf(each) === '' ? 0 : 1]?.document === null);
  if (previous !== undefined && single.length === 0 && isSame(documents, previous)) return previous;
  const found: DiscoveredKinds = { kinds: new Map(), unavailable: new Map() };
  for (const { document } of documents) if (document !== null) readAggregatedDiscovery(document, found);
  await Promise.all(single.map((each) => readGroupVersion(connection, each, found, signal)));
  return { ...found, documents };
}

function isSame(documents: readonly AggregatedDocument[], previous: Discovery): boolean {
  return documents.every((each, index) => each === previous.documents[index]);
}

async function readRoot(
  connection: KubernetesConnection,
  root: '/api' | '/apis',
  previous: Discovery | undefined,
  signal: AbortSignal,
): Promise<AggregatedDocument> {
  const before = previous?.documents.find((each) => each.root === root);
  const answer = await connection.send(
    {
      path: root,
      accept: aggregated,
      ...(before?.etag === undefined ? {} : { headers: { 'if-none-match': before.etag } }),
    },
    signal,
  );
  if (answer.status === 304 && before !== undefined) return before;
  if (answer.status === 401)
    throw refusalError(`cannot read from the API server at ${connection.server}`, refusal(answer));
  const document = answer.status === 200 ? parseDocument(answer.body) : null;
  const isAggregated = document !== null && stringAt(document, 'kind') === 'APIGroupDiscoveryList';
  // A server that is not ready yet must not look like one that knows no kinds.
  if (answer.status >= 500 || answer.status === 429)
    throw refusalError(`cannot discover the kinds of ${connection.server}`, refusal(answer));
  return { root, etag: answer.header('etag'), document: isAggregated ? document : null };
}

async function readGroupVersion(
  connection: KubernetesConnection,
  apiVersion: string,
  found: DiscoveredKinds,
  signal: AbortSignal,
): Promise<void> {
  const answer = await connection.send({ path: groupVersionPath(apiVersion) }, signal);
  if (answer.status === 404) return;
  const document = answer.status === 200 ? parseDocument(answer.body) : null;
  if (document === null) found.unavailable.set(apiVersion, refusal(answer).message);
  else readResourceList(apiVersion, document, found);
}

function parseDocument(body: Buffer): JsonValue | null {
  try {
    return parseJson(body.toString('utf8'));
  } catch {
    return null;
  }
}

function refusal(answer: ApiAnswer) {
  return readRefusal(answer.status, answer.header('retry-after'), answer.body);
}
