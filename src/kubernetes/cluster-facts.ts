import type { ClusterFacts } from '../collectors/render/cluster-facts.ts';
import { parseJson, stringAt } from '../resource/json.ts';
import type { KubernetesConnection } from './connection/kubernetes-connection.ts';
import { readRefusal, refusalError } from './connection/kubernetes-errors.ts';
import { type Discovery, discoverKinds } from './discovery/discover-kinds.ts';

/** What a server tells of itself to whoever renders a chart for it. Throws AppError when it does not answer. */
export function createFactsReader(connection: KubernetesConnection): (signal: AbortSignal) => Promise<ClusterFacts> {
  let discovery: Discovery | undefined;
  return async (signal) => {
    const [kubeVersion, discovered] = await Promise.all([
      readVersion(connection, signal),
      discoverKinds(connection, [], discovery, signal),
    ]);
    discovery = discovered;
    const versions = [...discovered.kinds.values()].flatMap(({ apiVersion, kind }) => [
      apiVersion,
      `${apiVersion}/${kind}`,
    ]);
    // One whose server is down is served all the same.
    return { kubeVersion, apiVersions: [...new Set([...versions, ...discovered.unavailable.keys()])].sort() };
  };
}

async function readVersion(connection: KubernetesConnection, signal: AbortSignal): Promise<string | null> {
  const answer = await connection.send({ path: '/version' }, signal);
  if (answer.status !== 200) {
    const refusal = readRefusal(answer.status, answer.header('retry-after'), answer.body);
    throw refusalError(`cannot read the version of ${connection.server}`, refusal);
  }
  const version = stringAt(parseJson(answer.body.toString('utf8')), 'gitVersion') ?? '';
  return /^v\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version) ? version : null;
}
