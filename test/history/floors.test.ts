import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { createFloors } from '../../src/app-floors.ts';
import type { KindState } from '../../src/collectors/live-source.ts';
import { openStore } from '../../src/history/store.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { now } from '../fakes/reports.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const clock = (): Date => new Date(now);
const firstTables = new Set(['episodes', 'deliveries', 'targets', 'rounds', 'proposals', 'sqlite_sequence']);
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };

function state(version: string | null): KindState {
  const rest = { since: now, reason: 'watched', objects: 1, lastEventAt: null, lastListAt: null, relists: 0 };
  return { kind: configMap, phase: 'synced', ...rest, version };
}

describe('the versions up to which kinds were seen', () => {
  test('outlive a restart, apart for each live side, and go back when the history of the cluster did', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    {
      await using store = openStore({ path, clock });
      await store.floors.keep('kube:one', new Map([['v1/ConfigMap', '100']]));
      await store.floors.keep('kube:two', new Map([['v1/ConfigMap', '7']]));
      await store.floors.keep('kube:one', new Map([['v1/ConfigMap', '12']]));
    }
    await using store = openStore({ path, clock });
    expect(await store.floors.of('kube:one')).toEqual(new Map([['v1/ConfigMap', '12']]));
    expect(await store.floors.of('kube:two')).toEqual(new Map([['v1/ConfigMap', '7']]));
    expect(await store.floors.of('kube:three')).toEqual(new Map());
  });

  test('get a place in a state file of an earlier Mooring, which keeps what it holds', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    await openStore({ path, clock }).close();
    const earlier = new DatabaseSync(path);
    for (const table of earlier
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name))) {
      if (!firstTables.has(table)) earlier.exec(`DROP TABLE ${table}`);
    }
    earlier.exec(`PRAGMA user_version = 1;
      INSERT INTO rounds (trigger, started_at, finished_at, revision, document) VALUES ('start', 1, 2, NULL, '{}')`);
    earlier.close();
    await using store = openStore({ path, clock });
    expect(await store.floors.of('kube:one')).toEqual(new Map());
    await store.close();
    const later = new DatabaseSync(path);
    expect(later.prepare('SELECT count(*) AS n FROM rounds').get()).toEqual({ n: 1 });
    later.close();
  });

  test('are kept when the daemon stops, and are the floors of the next one', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    {
      await using store = openStore({ path, clock });
      const floors = createFloors();
      await floors.load(store.floors, 'kube:one');
      expect(floors.floorOf(configMap)).toBe('');
      await using _keeper = floors.keep(
        () => [state('41'), { ...state(null), kind: { ...configMap, kind: 'Pod' } }],
        silentLogger,
      );
    }
    await using store = openStore({ path, clock });
    const floors = createFloors();
    await floors.load(store.floors, 'kube:one');
    expect(floors.floorOf(configMap)).toBe('41');
    expect(floors.floorOf({ ...configMap, kind: 'Pod' })).toBe('');
  });
});
