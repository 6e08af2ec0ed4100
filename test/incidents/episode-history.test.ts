import { array, assert, asyncProperty, constant, oneof, record, subarray } from 'fast-check';
import { expect, test } from 'vitest';
import { openStore } from '../../src/history/store.ts';
import type { Store } from '../../src/history/store.ts';
import { createEpisodeReporter } from '../../src/incidents/report-episodes.ts';
import { difference, hash, judgementsOf, reportOf } from '../fakes/reports.ts';

const paths = ['a', 'b', 'c'];

/** What may happen: a round that sees some drift, one that cannot judge, a restart, a store that fails once. */
const step = oneof(
  record({ kind: constant('round' as const), drifted: subarray(paths) }),
  constant({ kind: 'blind' as const }),
  constant({ kind: 'restart' as const }),
  record({ kind: constant('full-disk' as const), drifted: subarray(paths) }),
);

test('whatever happens in between, each drift is told once when it begins and once when it ends', async () => {
  await assert(
    asyncProperty(array(step, { maxLength: 30 }), async (steps) => {
      await using store = openStore({ path: ':memory:', clock: () => new Date() });
      const world = worldOver(store);
      let seen: readonly string[] = [];
      for (const one of steps) {
        if (one.kind === 'restart') world.restart();
        else if (one.kind === 'blind') await world.blind();
        else if (one.kind === 'full-disk') await world.fail(one.drifted);
        else {
          await world.round(one.drifted);
          seen = one.drifted;
        }
      }
      expect((await store.episodes.open()).map(({ path }) => path).sort(byText)).toEqual([...seen].sort(byText));
      expect(await toldIn(store)).toEqual(await storedIn(store));
    }),
    { numRuns: 60 },
  );
});

function worldOver(store: Store) {
  let moment = Date.parse('2026-11-25T10:00:00Z');
  let isFull = false;
  const log: Store['episodes'] = {
    ...store.episodes,
    record: (changes) => (isFull ? Promise.reject(new Error('disk full')) : store.episodes.record(changes)),
  };
  const start = () =>
    createEpisodeReporter({
      log,
      targets: [{ name: 'ops', minSeverity: 'info' }],
      hash,
      clock: () => new Date((moment += 1000)),
      eventSource: '/m',
      stored: () => {},
    });
  let report = start();
  const tell = async (drifted: readonly string[]): Promise<void> => {
    const reports = [
      reportOf(
        'web',
        drifted.map((path) => difference(path)),
      ),
    ];
    await report({ reports, judgements: judgementsOf(reports), gaps: [], looked: null }, null);
  };
  return {
    restart: () => {
      report = start();
    },
    round: tell,
    blind: async () => {
      const undetermined = [{ path: '', reason: 'stale' }];
      const reports = [reportOf('web', [], { verdict: 'undetermined', undetermined })];
      await report({ reports, judgements: [], gaps: [], looked: null }, null);
    },
    fail: async (drifted: readonly string[]) => {
      isFull = true;
      await tell(drifted).catch(() => {});
      isFull = false;
    },
  };
}

/** `path event` with how often it was told. */
async function toldIn(store: Store): Promise<Record<string, number>> {
  const told: Record<string, number> = {};
  for (const { body, type } of await store.outbox.list(null, 1000)) {
    for (const { id } of JSON.parse(body).data.episodes) {
      const key = `${id} ${type.split('.').at(-1)}`;
      told[key] = (told[key] ?? 0) + 1;
    }
  }
  return told;
}

/** What should have been told, going by the episodes: the beginning of each, and the end of each that ended, once. */
async function storedIn(store: Store): Promise<Record<string, number>> {
  const episodes = await store.episodes.list({ limit: 1000 });
  return Object.fromEntries(
    episodes.flatMap(({ id, state }) => [
      [`${id} opened`, 1],
      ...(state === 'resolved' ? [[`${id} resolved`, 1] as const] : []),
    ]),
  );
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
