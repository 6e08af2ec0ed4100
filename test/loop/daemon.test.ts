import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openDirectoryManifests } from '../../src/collectors/directory-manifests.ts';
import { DirectorySource } from '../../src/collectors/directory-source.ts';
import { AppError } from '../../src/errors/app-error.ts';
import { openStore } from '../../src/history/store.ts';
import type { Store } from '../../src/history/store.ts';
import type { Round } from '../../src/loop/round.ts';
import { configMap, FakeLive, FakeManifests } from '../fakes/sides.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { run } from './running-daemon.ts';

const clock = (): Date => new Date();
const renderer = { render: () => Promise.reject(new Error('plain YAML needs no renderer')) };
const unreachable = new AppError({ code: 'cluster-unreachable', what: 'cannot watch', why: 'refused', remedy: 'Wait' });
const many = Array.from({ length: 200 }, (_, index) => configMap(`c${index}`, { key: 'a' }));

const inShop = (manifests: FakeManifests) => [{ manifests, namespace: 'shop' }];
const pathsOf = (round: Round): string[] =>
  round.report.resources.flatMap(({ name, differences }) => differences.map(({ path }) => `${name} ${path}`));

describe('rounds', () => {
  test('one change among many is one judgement, and an event that changes nothing is one too', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const running = run({ live, sources: inShop(manifests) });
    expect((await running.round()).report.summary).toMatchObject({ resources: 200, inSync: 200 });
    const before = running.daemon.judgements;
    const next = running.round();
    live.put(configMap('c7', { key: 'b' }));
    const round = await next;
    expect([running.daemon.judgements - before, round.whole, pathsOf(round)]).toEqual([1, false, ['c7 data.key']]);
    expect(round.decisions.map(({ kind }) => kind)).toEqual(['open']);
    expect(running.daemon.report()?.summary).toMatchObject({ resources: 200, inSync: 199, drifted: 1 });
  });

  test('changes close together become one round, each key once', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const running = run({ live, sources: inShop(manifests) });
    await running.round();
    const before = running.daemon.judgements;
    const next = running.round();
    for (const value of ['b', 'c', 'd']) live.put(configMap('c1', { key: value }), configMap('c2', { key: value }));
    expect((await next).report.resources.map(({ name }) => name)).toEqual(['c1', 'c2']);
    expect(running.daemon.judgements - before).toBe(2);
  });

  test('an edit that is undone ends its episode; a deletion opens another', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const running = run({ live, sources: inShop(manifests) });
    await running.round();
    const kinds: string[][] = [];
    for (const act of [
      () => live.put(configMap('c1', { key: 'b' })),
      () => live.put(configMap('c1', { key: 'a' })),
      () => live.remove(configMap('c1', {})),
    ]) {
      const next = running.round();
      act();
      kinds.push((await next).decisions.map(({ kind, episode }) => `${kind} ${episode.change}`));
    }
    expect(kinds).toEqual([['open changed'], ['resolve changed'], ['open missing']]);
  });

  test('a change of the manifests judges what it touches, also what nobody declares any more', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const running = run({ live, sources: inShop(manifests) });
    await running.round();
    const before = running.daemon.judgements;
    const next = running.round();
    manifests.put(configMap('c3', { key: 'z' }));
    manifests.tell();
    const round = await next;
    expect([running.daemon.judgements - before, round.trigger, pathsOf(round)]).toEqual([
      1,
      'manifests',
      ['c3 data.key'],
    ]);
    const third = running.round();
    manifests.drop('v1/ConfigMap/shop/c3');
    manifests.tell();
    expect((await third).report.resources).toMatchObject([{ name: 'c3', drift: 'extra' }]);
  });

  test('manifests that say the same make no round', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const running = run({ live, sources: inShop(manifests) });
    await running.round();
    const reads = manifests.reads;
    manifests.tell();
    const next = running.round();
    live.put(configMap('c1', { key: 'b' }));
    await next;
    expect(manifests.reads).toBe(reads + 1);
    expect(running.rounds).toHaveLength(2);
  });
});

describe('sources that become others while the daemon runs', () => {
  test('are asked for before each whole pass but the first, and then read and watched in the place of the old ones', async () => {
    const [live, first, second] = [new FakeLive().put(...many), new FakeManifests(), new FakeManifests()];
    first.put(...many);
    second.put(...many, configMap('c3', { key: 'z' }));
    const answers = [null, inShop(second)];
    const renewSources = vi.fn<() => Promise<ReturnType<typeof inShop> | null>>(() =>
      Promise.resolve(answers.shift() ?? null),
    );
    const running = run({ live, sources: inShop(first), renewSources });
    await running.round();
    expect(renewSources).not.toHaveBeenCalled();
    for (const paths of [[], ['c3 data.key']]) {
      const next = running.round(({ whole }) => whole);
      running.daemon.look();
      expect(pathsOf(await next)).toEqual(paths);
    }
    const third = running.round();
    second.put(configMap('c4', { key: 'z' }));
    second.tell();
    expect(pathsOf(await third)).toEqual(['c4 data.key']);
  });

  test('are asked for at once when the engines change, and only the objects of what is new are judged', async () => {
    const [live, kept, second] = [new FakeLive().put(...many), new FakeManifests(), new FakeManifests()];
    kept.put(...many);
    second.put(configMap('c200', { key: 'a' }));
    Object.defineProperty(second, 'name', { value: 'another' });
    let change = (): void => {};
    const running = run({
      live,
      sources: inShop(kept),
      renewSources: () => Promise.resolve([...inShop(kept), ...inShop(second)]),
      watchSources: (changed) => {
        change = changed;
        return Promise.resolve();
      },
    });
    await running.round();
    const before = running.daemon.judgements;
    const next = running.round();
    change();
    const { trigger, whole, report } = await next;
    expect([trigger, whole, report.resources.map(({ name, drift }) => `${name} ${drift}`)]).toEqual([
      'engines',
      false,
      ['c200 missing'],
    ]);
    expect(running.daemon.judgements - before).toBe(1);
  });

  test('are asked for when an object changes that they take values from', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const renewSources = vi.fn<() => Promise<null>>(() => Promise.resolve(null));
    const running = run({
      live,
      sources: inShop(manifests),
      renewSources,
      concernsSources: ({ name }) => name === 'c7',
    });
    await running.round();
    for (const [name, calls] of [
      ['c3', 0],
      ['c7', 1],
    ] as const) {
      const next = running.round();
      live.put(configMap(name, { key: 'b' }));
      await next;
      expect(renewSources).toHaveBeenCalledTimes(calls);
    }
  });

  test('stay as they are when it cannot be told', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const renewSources = (): Promise<null> => Promise.reject(new Error('no answer'));
    const running = run({ live, sources: inShop(manifests), renewSources });
    await running.round();
    const next = running.round();
    running.daemon.look();
    const { report, problems } = await next;
    expect([report.summary.inSync, problems.map(({ stage }) => stage)]).toEqual([many.length, ['collect']]);
  });
});

test('what the audit log says of a writer is joined to the drift that was judged without it', async () => {
  const [live, manifests] = [new FakeLive(), new FakeManifests().put(configMap('c1', { key: 'a' }))];
  const time = new Date(Date.now() - 1000).toISOString();
  const managedFields = [
    {
      manager: 'kubectl-edit',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      time,
      fieldsV1: { 'f:data': { 'f:key': {} } },
    },
  ];
  const metadata = { name: 'c1', namespace: 'shop', managedFields };
  live.put({ ...configMap('c1', { key: 'b' }), metadata });
  const running = run({ live, sources: inShop(manifests) });
  await running.round();
  const next = running.round();
  const about = { group: '', resource: 'configmaps', namespace: 'shop', name: 'c1', subresource: '' };
  running.daemon.learnWriters([{ at: Date.parse(time), verb: 'patch', user: 'alice', userAgent: '', ...about }]);
  const { report } = await next;
  expect(report.resources[0]?.differences[0]?.actor).toMatchObject({ user: 'alice', class: 'human' });
});

describe('what cannot be read', () => {
  test('a kind that goes stale makes its resources undetermined and ends no episode; when it is back all is as it was', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    live.phase('ConfigMap', 'synced');
    const running = run({ live, sources: inShop(manifests) });
    await running.round();
    const second = running.round();
    live.put(configMap('c1', { key: 'b' }));
    await second;
    const third = running.round();
    live.phase('ConfigMap', 'stale');
    const stale = await third;
    expect([stale.trigger, stale.report.summary.undetermined]).toEqual(['gaps', 200]);
    expect(stale.decisions).toMatchObject([{ kind: 'nothing', reason: 'cannot be judged: ConfigMap: stale' }]);
    const fourth = running.round();
    live.phase('ConfigMap', 'synced');
    const back = await fourth;
    expect(back.report.summary).toMatchObject({ inSync: 199, drifted: 1, undetermined: 0 });
    expect(back.decisions.map(({ reason }) => reason)).toEqual(['known and unchanged']);
  });

  test('a source that fails keeps what it said last, is told, tried again, and makes nothing extra or missing', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const running = run({ live, sources: inShop(manifests) });
    await running.round();
    manifests.error = new AppError({ code: 'git-timeout', what: 'cannot read repo', why: 'no answer', remedy: 'Wait' });
    const second = running.round();
    running.daemon.look();
    const failing = await second;
    expect(failing.report.summary).toMatchObject({ resources: 200, inSync: 200 });
    expect(failing.problems).toMatchObject([{ stage: 'collect', error: { code: 'git-timeout' } }]);
    expect(running.daemon.status()).toMatchObject({ trouble: { code: 'git-timeout' }, sources: [{ revision: 'r1' }] });
    manifests.error = null;
    await running.round((round) => round.problems.length === 0);
    expect(running.daemon.status().trouble).toBeNull();
  });

  test('a cluster that cannot be reached at the start is tried again until it can', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    live.failures = [unreachable];
    const running = run({ live, sources: inShop(manifests) });
    await expect
      .poll(() => running.daemon.status(), { interval: 5 })
      .toMatchObject({ phase: 'starting', trouble: { code: 'cluster-unreachable' } });
    await running.round();
    expect(running.daemon.status()).toMatchObject({ phase: 'running', trouble: null });
    expect(live.requests).toHaveLength(2);
  });

  test('newly declared kinds are asked for, and everything is judged again', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const running = run({ live, sources: inShop(manifests) });
    await running.round();
    const next = running.round();
    manifests.put({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {},
    });
    manifests.tell();
    expect((await next).whole).toBe(true);
    expect(live.requests.at(-1)?.declared).toContainEqual({ apiVersion: 'apps/v1', kind: 'Deployment' });
  });
});

describe('one bad item', () => {
  test('an act that throws is a problem of the round and ends nothing', async () => {
    const [live, manifests] = [new FakeLive().put(configMap('c1', { key: 'b' })), new FakeManifests().put(...many)];
    const running = run(
      { live, sources: inShop(manifests) },
      {
        propose: () => Promise.reject(new Error('forge down')),
        observers: [{ finished: () => Promise.reject(new Error('no')) }],
      },
    );
    await expect.poll(() => running.daemon.status().lastRoundAt).not.toBeNull();
    expect(running.daemon.status()).toMatchObject({ phase: 'running', trouble: { why: 'forge down' } });
  });

  test('a resource whose comparison throws is undetermined, the others are judged', async () => {
    const [live, manifests] = [
      new FakeLive().put(configMap('c1', { key: 'b' }), configMap('c2', { key: 'b' })),
      new FakeManifests(),
    ];
    manifests.put(configMap('c1', { key: 'a' }), configMap('c2', { key: 'a' }));
    manifests.earlier = ({ id } = { id: { name: '' } }) =>
      id.name === 'c1' ? Promise.reject(new Error('bad object')) : Promise.resolve([]);
    const round = await run({ live, sources: inShop(manifests) }).round();
    expect(round.report.resources).toMatchObject([
      { name: 'c1', verdict: 'undetermined', undetermined: [{ path: '', reason: 'bad object' }] },
      { name: 'c2', verdict: 'drifted' },
    ]);
    expect(round.problems).toMatchObject([{ stage: 'compare', resource: 'v1/ConfigMap/shop/c1' }]);
  });

  test('a graph that cannot be built costs the blast radius, never a verdict', async () => {
    const containers = [{ name: 'main', image: 'x:1', env: [{ name: 'DB_ADDR', value: 'db:5432' }] }];
    const metadata = { name: 'web', namespace: 'shop' };
    const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: { spec: { containers } } } };
    const db = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db', namespace: 'shop' }, spec: {} };
    const manifests = new FakeManifests().put(web, db);
    const plain = new FakeManifests().put(web, db);
    manifests.read = async () => {
      const snapshot = await plain.read();
      // Only the graph asks where an object that did not drift is declared.
      const origin = {
        line: 1,
        get file(): string {
          throw new Error('no file');
        },
      };
      return { ...snapshot, resources: snapshot.resources.map((resource) => ({ ...resource, origin })) };
    };
    const round = await run({ live: new FakeLive().put(web, db), sources: inShop(manifests) }).round();
    expect(round.problems).toMatchObject([{ stage: 'judge', error: { why: 'no file' } }]);
    expect(round.report.summary).toMatchObject({ resources: 2, drifted: 0, undetermined: 0 });
  });

  test('what could not be stored is told once the store answers again', async () => {
    const [live, manifests] = [
      new FakeLive().put(configMap('c0', { key: 'b' })),
      new FakeManifests().put(many[0] ?? {}),
    ];
    const store = openStore({ path: ':memory:', clock });
    let failures = 1;
    const episodes: Store['episodes'] = {
      ...store.episodes,
      record: (changes) => (failures-- > 0 ? Promise.reject(new Error('disk full')) : store.episodes.record(changes)),
    };
    const running = run({ live, sources: inShop(manifests) }, { store: { ...store, episodes } });
    expect((await running.round()).problems).toMatchObject([{ stage: 'tell', error: { why: 'disk full' } }]);
    expect((await running.round()).decisions.map(({ kind }) => kind)).toEqual(['open']);
    expect(await store.episodes.open()).toHaveLength(1);
  });
});

describe('stopping', () => {
  test('ends the watch and lets the round under way finish its stage', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const running = run({ live, sources: inShop(manifests) });
    await running.round();
    await running.daemon.stop();
    expect([running.daemon.status().phase, live.stopped]).toEqual(['stopped', true]);
    live.put(configMap('c1', { key: 'b' }));
    expect(running.rounds).toHaveLength(1);
  });

  test('is over in time although a stage hangs', async () => {
    const [live, manifests] = [new FakeLive().put(...many), new FakeManifests().put(...many)];
    const hung = Promise.withResolvers<void>();
    const running = run(
      { live, sources: inShop(manifests) },
      {
        propose: () => {
          hung.resolve();
          return new Promise(() => {});
        },
      },
    );
    await hung.promise;
    await running.daemon.stop(50);
    expect(running.daemon.status().phase).toBe('stopped');
  });

  test('while the cluster cannot be reached ends the retries', async () => {
    const live = new FakeLive();
    live.failures = Array.from({ length: 99 }, () => unreachable);
    const running = run({ live, sources: inShop(new FakeManifests()) });
    await expect.poll(() => running.daemon.status().trouble).not.toBeNull();
    await running.daemon.stop();
    expect(running.daemon.status().phase).toBe('stopped');
  });
});

test('with real folders on both sides: an edit of a dump is judged, a restart opens nothing again', async () => {
  const folder = temporaryFolder();
  for (const side of ['git', 'live']) mkdirSync(join(folder, side));
  const write = (side: string, value: string): void =>
    writeFileSync(
      join(folder, side, 'settings.yaml'),
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\ndata:\n  mode: "${value}"\n`,
    );
  write('git', 'fast');
  write('live', 'fast');
  const store = openStore({ path: join(folder, 'state', 'mooring.sqlite'), clock });
  const sides = async () => ({
    live: new DirectorySource(join(folder, 'live')),
    sources: [
      { manifests: await openDirectoryManifests(join(folder, 'git'), { renderer, now: clock }), namespace: 'default' },
    ],
  });
  const first = run(await sides(), { store });
  expect((await first.round()).report.summary).toMatchObject({ resources: 1, inSync: 1 });
  const next = first.round();
  write('live', 'slow');
  expect((await next).report.resources).toMatchObject([
    {
      verdict: 'drifted',
      differences: [{ path: 'data.mode', desired: 'fast', live: 'slow', origin: { file: 'settings.yaml', line: 7 } }],
    },
  ]);
  await first.daemon.stop();
  const second = run(await sides(), { store: openStore({ path: join(folder, 'state', 'mooring.sqlite'), clock }) });
  expect((await second.round()).decisions.map(({ reason }) => reason)).toEqual(['known and unchanged']);
});
