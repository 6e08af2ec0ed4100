import { setTimeout as sleep } from 'node:timers/promises';
import { stringAt } from '../../../src/resource/json.ts';
import { startPlane } from '../../../tools/plane/start-plane.ts';
import { heldBy, proxyBefore, servedBy, startWatching, stateOf, type Watching } from '../watching.ts';
import { soakFaults } from './fault-schedule.ts';
import { createJournal, type Journal } from './journal.ts';
import { seededRandom } from './seeded-random.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly milliseconds: number;
  readonly onProgress?: (line: string) => void;
}

export interface SoakResult {
  /** How often each fault was caused. */
  readonly faults: Readonly<Record<string, number>>;
  readonly writes: number;
  /** Sentences, empty when the oracle has nothing to say. */
  readonly violations: readonly string[];
  readonly slowestRecoveryMs: number;
}

const patienceMs = 60_000;
const kinds = { declared: [{ apiVersion: 'v1', kind: 'ConfigMap' }], evidence: [] };

/**
 * Random faults between a watching feed and a real API server, with one oracle: no state is ever shown that never was, and
 * within a minute after the faults stop the cache equals the server.
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { seed, milliseconds, onProgress = () => {} } = options;
  // How many writes fall into a fault is up to the machine: what they draw must not shift the order of the faults.
  const random = seededRandom(seed);
  const chance = seededRandom(seed + 1);
  const plane = await startPlane({
    apiOnly: true,
    apiserverFlags: ['--watch-cache-sizes=configmaps#0', '--shutdown-watch-termination-grace-period=1s'],
  });
  await using proxy = await proxyBefore(plane.kubeconfig);
  const journal = createJournal(plane.request, seededRandom(seed + 2));
  const violations: string[] = [];
  const counts: Record<string, number> = {};
  let slowestRecoveryMs = 0;
  try {
    // The times of an installation, divided by fifteen or so.
    const watch = {
      staleAfterMs: 1_000,
      silenceMs: 5_000,
      restMs: 300,
      discoveryMs: 700,
      answerMs: 1_500,
      auditMs: 10_000,
      settleMs: 6_000,
    };
    let current = '';
    const onFault = (what: string, error: unknown): void => {
      if (!what.includes('differed')) return;
      violations.push(`during or after "${current}" ${what}: ${error instanceof Error ? error.message : ''}`);
    };
    await using watching = await startWatching(kinds, { kubeconfig: proxy.kubeconfig, watch, onFault });
    const faults = soakFaults({ plane, proxy, random, chance });
    const endsAt = performance.now() + milliseconds;
    while (performance.now() < endsAt && violations.length === 0) {
      const fault = random.pick(faults);
      counts[fault.name] = (counts[fault.name] ?? 0) + 1;
      current = fault.name;
      const done = new AbortController();
      await Promise.all([
        fault.run().finally(() => done.abort()),
        writeUntil(journal, watching, violations, done.signal),
      ]);
      const recoveryMs = await recover(watching, plane.request);
      slowestRecoveryMs = Math.max(slowestRecoveryMs, recoveryMs);
      if (recoveryMs > patienceMs)
        violations.push(`after "${fault.name}" the cache did not equal the server within a minute`);
      onProgress(`${fault.name}: equal again after ${Math.round(recoveryMs)} ms, ${journal.writes} writes so far`);
    }
  } finally {
    await plane.stop();
  }
  return { faults: counts, writes: journal.writes, violations, slowestRecoveryMs };
}

/** Writes while a fault lasts, and looks at what the feed shows meanwhile. */
async function writeUntil(
  journal: Journal,
  watching: Watching,
  violations: string[],
  signal: AbortSignal,
): Promise<void> {
  do {
    await journal.write();
    violations.push(...inventions(journal, watching));
    await sleep(10);
  } while (!signal.aborted);
}

/** What the feed shows and never was. */
function inventions(journal: Journal, { feed }: Watching): readonly string[] {
  return feed.snapshot().resources.flatMap(({ id, body }) => {
    const version = stringAt(body, 'metadata', 'resourceVersion') ?? '';
    return journal.existed(id.name, version) ? [] : [`${id.name} was shown at version ${version}, which never was`];
  });
}

/** Milliseconds until the cache equals the server and says so; more than a minute when it does not. */
async function recover(
  { feed }: Watching,
  request: (method: string, path: string) => Promise<{ readonly body: string }>,
): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const elapsed = performance.now() - startedAt;
    const isSynced = stateOf(feed, 'ConfigMap').phase === 'synced';
    const served = await servedBy(async (path) => (await request('GET', path)).body, '/api/v1/configmaps');
    if (isSynced && JSON.stringify(heldBy(feed, 'ConfigMap')) === JSON.stringify(served)) return elapsed;
    if (elapsed > patienceMs) return elapsed;
    await sleep(50);
  }
}
