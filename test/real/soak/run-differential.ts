import { setTimeout as sleep } from 'node:timers/promises';
import { stringAt } from '../../../src/resource/json.ts';
import type { KubernetesFeed } from '../../../src/kubernetes/watch/kubernetes-feed.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import type { ResourceId } from '../../../src/resource/resource-id.ts';
import { type Plane, startPlane } from '../../../tools/plane/start-plane.ts';
import { heldBy, proxyBefore, servedBy, startWatching, stateOf, type Watching } from '../watching.ts';
import { soakFaults } from './fault-schedule.ts';
import { createSightings } from './sightings.ts';
import { type KubectlWatch, type SeenChange, watchWithKubectl } from './kubectl-watch.ts';
import type { SoakOptions } from './run-soak.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

export interface DifferentialResult {
  readonly faults: Readonly<Record<string, number>>;
  /** Changes of objects that kubectl saw. */
  readonly seenByKubectl: number;
  /** How often kubectl had to be started again; Mooring was never. */
  readonly kubectlStarts: number;
  /** Sentences, empty when Mooring missed nothing. */
  readonly violations: readonly string[];
}

interface WatchedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** For kubectl. */
  readonly resource: string;
  readonly path: string;
  readonly body: (name: string, value: string) => object;
}

const kinds: readonly WatchedKind[] = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    resource: 'configmaps',
    path: '/api/v1/namespaces/default/configmaps',
    body: (name, value) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } }),
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    resource: 'networkpolicies.networking.k8s.io',
    path: '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
    body: (name, value) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name },
      spec: { podSelector: { matchLabels: { value } } },
    }),
  },
];
const patienceMs = 60_000;

/**
 * Mooring beside `kubectl get --watch` (client-go) through the same faults: whatever kubectl saw change since the last quiet
 * moment, Mooring must have reported as changed, and both must end with what the server holds.
 */
export async function runDifferential({
  seed,
  milliseconds,
  onProgress = () => {},
}: SoakOptions): Promise<DifferentialResult> {
  const random = seededRandom(seed);
  const plane = await startPlane({
    apiOnly: true,
    apiserverFlags: ['--watch-cache-sizes=configmaps#0', '--shutdown-watch-termination-grace-period=1s'],
  });
  const faults: Record<string, number> = {};
  const violations: string[] = [];
  let seenByKubectl = 0;
  let kubectlStarts = 0;
  try {
    await using proxy = await proxyBefore(plane.kubeconfig);
    const watch = {
      staleAfterMs: 1_000,
      silenceMs: 5_000,
      restMs: 300,
      discoveryMs: 700,
      answerMs: 1_500,
      auditMs: 10_000,
      settleMs: 6_000,
    };
    await using stack = new AsyncDisposableStack();
    const { kubeconfig } = proxy;
    const sightings = createSightings();
    let feed: KubernetesFeed | undefined;
    // The first list is no news, and nothing is written before it.
    const note = (ids: readonly ResourceId[]): void => {
      for (const id of ids) sightings.note(id, versionOf(feed?.find(id)));
    };
    const watching = stack.use(
      await startWatching({ declared: [...kinds], evidence: [] }, { kubeconfig, watch }, note),
    );
    feed = watching.feed;
    note(feed.snapshot().resources.map(({ id }) => id));
    const besides = kinds.map(({ kind, resource }) =>
      stack.use(watchWithKubectl({ kind, resource, kubeconfig, dir: plane.dir })),
    );
    const write = writer(plane, seededRandom(seed + 2));
    const all = soakFaults({ plane, proxy, random, chance: seededRandom(seed + 1) });
    const endsAt = performance.now() + milliseconds;
    while (performance.now() < endsAt && violations.length === 0) {
      const fault = random.pick(all);
      faults[fault.name] = (faults[fault.name] ?? 0) + 1;
      const done = new AbortController();
      await Promise.all([fault.run().finally(() => done.abort()), writeUntil(write, done.signal)]);
      const changes = await settle(plane, watching, besides);
      if (changes === undefined)
        violations.push(`after "${fault.name}" the cache did not equal the server within a minute`);
      else {
        const lost = changes.flatMap((ofKind, index) => sightings.missing(kinds[index]?.kind ?? '', ofKind));
        violations.push(
          ...lost.map(
            ({ key, version }) => `after "${fault.name}" kubectl had seen ${key} at ${version}, Mooring never`,
          ),
        );
      }
      const count = changes?.flat().length ?? 0;
      seenByKubectl += count;
      onProgress(`${fault.name}: kubectl saw ${count} changes`);
    }
    kubectlStarts = besides.reduce((sum, { starts }) => sum + starts, 0);
    violations.push(...watching.faults.filter((what) => what.includes('differed')));
  } finally {
    await plane.stop();
  }
  return { faults, seenByKubectl, kubectlStarts, violations };
}

function versionOf(resource: Resource | undefined): string | null {
  return stringAt(resource?.body, 'metadata', 'resourceVersion') ?? null;
}

function writer({ request }: Plane, random: SeededRandom): () => Promise<void> {
  return async () => {
    const { path, body } = random.pick(kinds);
    const name = `object-${random.integer(20)}`;
    const [isDeletion, value] = [random.next() < 0.3, String(random.integer(1_000_000))];
    try {
      if (isDeletion) await request('DELETE', `${path}/${name}`);
      else if ((await request('PUT', `${path}/${name}`, body(name, value))).status === 404)
        await request('POST', path, body(name, value));
    } catch {
      // A server that is away is part of the test.
    }
  };
}

async function writeUntil(write: () => Promise<void>, signal: AbortSignal): Promise<void> {
  do {
    await write();
    await sleep(10);
  } while (!signal.aborted);
}

/** Waits until Mooring and kubectl both hold what the server holds, and gives what kubectl saw change; undefined when Mooring does not. */
async function settle(
  plane: Plane,
  { feed }: Watching,
  besides: readonly KubectlWatch[],
): Promise<readonly (readonly SeenChange[])[] | undefined> {
  const startedAt = performance.now();
  const isEqual = async ({ kind, path }: WatchedKind): Promise<boolean> => {
    const served = await servedBy(
      async (each) => (await plane.request('GET', each)).body,
      path.replace('/namespaces/default', ''),
    );
    return stateOf(feed, kind).phase === 'synced' && JSON.stringify(heldBy(feed, kind)) === JSON.stringify(served);
  };
  while (!(await Promise.all(kinds.map(isEqual))).every(Boolean)) {
    if (performance.now() - startedAt > patienceMs) return undefined;
    await sleep(50);
  }
  // kubectl may still be on its way back; what it sees late belongs to the next round of both.
  await sleep(500);
  return besides.map((each) => each.take());
}
