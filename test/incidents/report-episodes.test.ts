import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/history/store.ts';
import type { Store } from '../../src/history/store.ts';
import { createEpisodeReporter } from '../../src/incidents/report-episodes.ts';
import { parseJson } from '../../src/resource/json.ts';
import { difference, graphWith, hash, judgementsOf, noGraph, reportOf } from '../fakes/reports.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

function reporterOver(store: Store, startAt = '2026-11-25T10:00:00.000Z') {
  let moment = Date.parse(startAt);
  let wakes = 0;
  const report = createEpisodeReporter({
    log: store.episodes,
    targets: [
      { name: 'ops', minSeverity: 'low' },
      { name: 'pager', minSeverity: 'high' },
    ],
    hash,
    clock: () => new Date((moment += 1000)),
    eventSource: '/mooring/test',
    stored: () => {
      wakes += 1;
    },
  });
  return {
    wakes: () => wakes,
    round: (reports: Parameters<typeof judgementsOf>[0], graph = noGraph) =>
      report({ reports, judgements: judgementsOf(reports, graph), gaps: [], looked: null }, 'abc123'),
  };
}

const web = reportOf('web', [difference('spec.replicas', 'medium'), difference('metadata.labels.x', 'info')]);
const events = async (store: Store): Promise<string[]> =>
  (await store.outbox.list(null, 50)).map(({ target, type }) => `${target} ${type.split('.').at(-1)}`).reverse();

describe('telling people', () => {
  test('a restart announces nothing again, and an end that came while nobody watched is told', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    await using first = openStore({ path, clock: () => new Date() });
    await reporterOver(first).round([web]);
    await first.close();
    await using second = openStore({ path, clock: () => new Date() });
    const restarted = reporterOver(second, '2026-11-26T10:00:00.000Z');
    await restarted.round([web]);
    expect([await events(second), restarted.wakes()]).toEqual([['ops opened'], 0]);
    await restarted.round([reportOf('web')]);
    expect(await events(second)).toEqual(['ops opened', 'ops resolved']);
    await restarted.round([web]);
    const episodes = await second.episodes.list({ limit: 9 });
    expect(episodes.map(({ path: field, recurrence, state }) => [field, recurrence, state])).toContainEqual([
      'spec.replicas',
      2,
      'open',
    ]);
  });

  test('ten fields edited at once are one message; what is too mild for a target is not in it', async () => {
    await using store = openStore({ path: ':memory:', clock: () => new Date() });
    await reporterOver(store).round([web]);
    const [delivery] = await store.outbox.list(null, 9);
    expect(parseJson(delivery?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id: expect.stringMatching(/^evt_[\da-f]{24}$/),
      source: '/mooring/test',
      type: 'dev.mooring.episode.opened',
      subject: 'apps/Deployment/shop/web',
      time: '2026-11-25T10:00:01.000Z',
      datacontenttype: 'application/json',
      data: {
        resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
        revision: 'abc123',
        severity: 'medium',
        score: 40,
        vector: 'WorstField+40',
        episodes: [{ path: 'spec.replicas', severity: 'medium', actor: { manager: 'kubectl-edit' } }],
        moreEpisodes: 0,
        blastRadius: null,
      },
    });
    expect(await events(store)).toEqual(['ops opened']);
  });

  test('a severity that rises reaches the target that waits for it, and so does the end after it fell', async () => {
    await using store = openStore({ path: ':memory:', clock: () => new Date() });
    const reporter = reporterOver(store);
    const one = [reportOf('web', [difference('spec.replicas', 'medium')])];
    const dependants = Array.from({ length: 40 }, (_, index) => ({
      id: `s${index}`,
      effect: 'breaks' as const,
      probability: 1,
    }));
    await reporter.round(one);
    await reporter.round(one, graphWith({ affected: dependants, entryPoints: ['edge'] }, { tier: '1', owner: null }));
    await reporter.round(one);
    await reporter.round([reportOf('web')]);
    expect(await events(store)).toEqual([
      'ops opened',
      'ops updated',
      'pager updated',
      'ops resolved',
      'pager resolved',
    ]);
  });

  test('a store that could not write is asked again, and then tells once', async () => {
    await using store = openStore({ path: ':memory:', clock: () => new Date() });
    let failures = 1;
    const episodes: Store['episodes'] = {
      ...store.episodes,
      record: (changes) => (failures-- > 0 ? Promise.reject(new Error('disk full')) : store.episodes.record(changes)),
    };
    const reporter = reporterOver({ ...store, episodes });
    await expect(reporter.round([web])).rejects.toThrow('disk full');
    await reporter.round([web]);
    await reporter.round([web]);
    expect(await events(store)).toEqual(['ops opened']);
  });

  test('a body stays below the 20 kB that receivers are advised to take, and counts what it leaves out', async () => {
    await using store = openStore({ path: ':memory:', clock: () => new Date() });
    const many = Array.from({ length: 60 }, (_, index) =>
      difference(`f${index}`, 'medium', { live: 'x'.repeat(5000) }),
    );
    await reporterOver(store).round([reportOf('web', many)]);
    const [delivery] = await store.outbox.list(null, 9);
    expect(Buffer.byteLength(delivery?.body ?? '')).toBeLessThan(20_000);
    expect(parseJson(delivery?.body ?? '')).toMatchObject({ data: { moreEpisodes: 50 } });
  });
});
