import { arrayAt, stringAt, valueAt } from '../../resource/json.ts';
import { membersOf } from './key-index.ts';
import { keyFor, type Landscape } from './landscape.ts';
import type { Workload } from './workload.ts';

const mostKeyrings = 10;

/**
 * Texts of the docker `config.json` that pods who use an image bring along: of their own `imagePullSecrets` and of their service account's.
 * Only for whoever may read Secrets; nothing of it enters the graph.
 */
export function keyringsFor(landscape: Landscape, reference: string): readonly string[] {
  const texts = new Set<string>();
  for (const key of membersOf(landscape.images?.users ?? new Map(), reference)) {
    const workload = landscape.workloads.get(key);
    for (const secret of workload === undefined ? [] : secretKeys(landscape, workload)) {
      const text = textOf(landscape, secret);
      if (text !== undefined) texts.add(text);
      if (texts.size >= mostKeyrings) return [...texts];
    }
  }
  return [...texts];
}

function secretKeys(landscape: Landscape, { pod, namespace }: Workload): string[] {
  const account = keyFor('', 'ServiceAccount', namespace, stringAt(pod, 'serviceAccountName') ?? 'default');
  const references = [
    ...arrayAt(pod, 'imagePullSecrets'),
    ...arrayAt(landscape.resources.get(account)?.body, 'imagePullSecrets'),
  ];
  return references.map((reference) => keyFor('', 'Secret', namespace, stringAt(reference, 'name') ?? ''));
}

function textOf(landscape: Landscape, key: string): string | undefined {
  const body = landscape.resources.get(key)?.body;
  for (const name of ['.dockerconfigjson', '.dockercfg']) {
    const plain = stringAt(body, 'stringData', name);
    const encoded = valueAt(body, 'data', name);
    if (plain !== undefined) return plain;
    if (typeof encoded !== 'string') continue;
    try {
      return atob(encoded);
    } catch {
      // What is no base64 is no keyring.
    }
  }
  return undefined;
}
