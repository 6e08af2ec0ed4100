import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { type App, createApp } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { openStore } from '../src/history/store.ts';
import { silentLogger } from '../src/log/logger.ts';
import type { Round } from '../src/loop/round.ts';

const run = promisify(execFile);
let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mooring-app-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: web:1
`;

interface Running {
  readonly app: App;
  readonly rounds: readonly Round[];
  readonly place: string;
}

async function git(place: string, ...args: readonly string[]): Promise<string> {
  const person = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  const { stdout } = await run('git', ['-C', join(place, 'repo'), ...person, ...args]);
  return stdout.trim();
}

/** A repository that says `web:1`, and a dump in which somebody has made it `web:2`. */
async function makePlace(name: string): Promise<string> {
  const place = join(dir, name);
  await mkdir(join(place, 'repo'), { recursive: true });
  await mkdir(join(place, 'live'));
  await writeFile(join(place, 'repo', 'web.yaml'), deployment);
  await git(place, 'init', '--quiet', '--initial-branch=main');
  await git(place, 'add', '--all');
  await git(place, 'commit', '--quiet', '--message', 'first');
  await writeFile(join(place, 'live', 'web.yaml'), deployment.replace('web:1', 'web:2'));
  await writeFile(join(place, 'mooring.yaml'), configText);
  return place;
}

const configText = `sources: [{ source: "./repo#main" }]
live: { source: ./live }
history: { path: state.sqlite }
api: { listen: "127.0.0.1:0" }
rollback: { propose: true, minSeverity: low }
`;

async function open(place: string): Promise<Running> {
  const rounds: Round[] = [];
  const app = await createApp({
    loaded: await loadConfig({ file: join(place, 'mooring.yaml'), env: {}, flags: {} }),
    env: { PATH: process.env['PATH'], HOME: dir },
    logger: silentLogger,
    version: '0.0.0',
    processMetrics: false,
    observers: [{ finished: (round) => void rounds.push(round) }],
  });
  onTestFinished(() => app.stop());
  app.start();
  return { app, rounds, place };
}

async function untilRound({ rounds }: Running, found: (round: Round) => boolean): Promise<Round> {
  return await vi.waitFor(
    () => {
      const round = rounds.find(found);
      if (round === undefined) throw new Error('no such round yet');
      return round;
    },
    { timeout: 20_000, interval: 20 },
  );
}

const opens = (round: Round): boolean => round.decisions.some(({ kind }) => kind === 'open');

it('an app on a free port judges, remembers, proposes, and answers', { timeout: 60_000 }, async () => {
  const running = await open(await makePlace('one'));
  const round = await untilRound(running, opens);
  expect(round.report.resources[0]?.differences.map(({ path }) => path)).toEqual([
    'spec.template.spec.containers[name=web].image',
  ]);
  expect(round.proposals.map(({ kind }) => kind)).toEqual(['opened']);
  expect(await git(running.place, 'branch', '--list', 'mooring/*')).toContain('mooring/restore/');

  const { address } = running.app;
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  expect((await fetch(`${address}/readyz`)).status).toBe(200);
  const metrics = await (await fetch(`${address}/metrics`)).text();
  expect(metrics).toMatch(/^mooring_episodes_open\{severity="\w+"\} 1$/m);
  const episodes = z.looseObject({ kind: z.string() }).parse(await (await fetch(`${address}/api/v1/episodes`)).json());
  expect(episodes.kind).toBe('EpisodeList');
});

it('an edit of a dump is judged by itself, and its undoing ends the episode', { timeout: 60_000 }, async () => {
  const running = await open(await makePlace('edit'));
  await untilRound(running, opens);
  await writeFile(join(running.place, 'live', 'web.yaml'), deployment);
  const round = await untilRound(running, ({ decisions }) => decisions.some(({ kind }) => kind === 'resolve'));
  expect(round.whole).toBe(false);
  expect(round.proposals.map(({ kind }) => kind)).toEqual(['closed']);
  expect(await git(running.place, 'branch', '--list', 'mooring/*')).toBe('');
});

it('rules are told when they can go: in the report, the status and the metrics', { timeout: 60_000 }, async () => {
  const place = await makePlace('rules');
  const day = 24 * 3600 * 1000;
  const ago = (days: number): string => new Date(Date.now() - days * day).toISOString();
  const rules = `rules:
  - { path: spec.replicas, kind: Deployment, reason: sale, owner: crew }
  - { path: 'spec.template.**', kind: Deployment, reason: canary, owner: crew }
  - { path: data, reason: over, owner: crew, expires: 2020-01-01 }
`;
  await writeFile(join(place, 'mooring.yaml'), configText + rules);
  const idle = 'spec.replicas of Deployment * (sale, rule of crew)';
  const store = openStore({ path: join(place, 'state.sqlite'), clock: () => new Date() });
  const use = { rule: idle, origin: 'the configuration', firstSeenAt: ago(60), matchedAt: ago(40) };
  await store.rules.record([{ ...use, quietSince: ago(40), seenAt: ago(0) }], ago(0));
  await store.close();

  const running = await open(place);
  await untilRound(running, ({ whole }) => whole);
  const answer = async (path: string): Promise<string> => await (await fetch(running.app.address + path)).text();
  const audit = z.looseObject({ gaps: z.array(z.looseObject({ what: z.string(), why: z.string() })) });
  const { gaps } = audit.parse(JSON.parse(await answer('/api/v1/audit')));
  expect(gaps.map(({ what, why }) => `${what}: ${why}`)).toEqual([
    expect.stringMatching(/^rule spec\.replicas .* of the configuration: it has matched nothing since /),
    expect.stringMatching(/^rule data .*: it expired at 2020-01-01T00:00:00.000Z and hides nothing any more$/),
  ]);
  expect(JSON.parse(await answer('/api/v1/status'))).toMatchObject({
    rules: { known: 3, canGo: [{ rule: idle, state: 'idle' }, { state: 'expired' }] },
  });
  const counted = (await answer('/metrics')).split('\n').filter((line) => line.startsWith('mooring_rules{'));
  expect(counted.sort()).toEqual([
    'mooring_rules{state="expired"} 1',
    'mooring_rules{state="idle"} 1',
    'mooring_rules{state="unused"} 0',
    'mooring_rules{state="used"} 1',
  ]);
});

it('two apps live in one process without knowing of each other', { timeout: 60_000 }, async () => {
  const [one, two] = await Promise.all([makePlace('one'), makePlace('two')]);
  await cp(join(two, 'repo', 'web.yaml'), join(two, 'live', 'web.yaml'));
  const [first, second] = [await open(one), await open(two)];
  await untilRound(first, opens);
  const quiet = await untilRound(second, ({ whole }) => whole);
  expect(quiet.report.summary.drifted).toBe(0);
  expect(first.app.address).not.toBe(second.app.address);
  await first.app.stop();
  expect((await fetch(`${second.app.address}/readyz`)).status).toBe(200);
});

it('stopping in the middle of a round ends it, and the next start announces nothing twice', {
  timeout: 60_000,
}, async () => {
  const place = await makePlace('stop');
  const cut = await open(place);
  await cut.app.stop();
  await expect(fetch(`${cut.app.address}/livez`)).rejects.toThrow();
  const again = await open(place);
  await untilRound(again, ({ whole }) => whole);
  await again.app.stop();
  const third = await open(place);
  const round = await untilRound(third, ({ whole }) => whole);
  expect(round.decisions.map(({ kind }) => kind)).toEqual(['nothing']);
  expect((await git(place, 'branch', '--list', 'mooring/*')).split('\n')).toHaveLength(1);
});

it('a start that fails half way leaves nothing open', { timeout: 60_000 }, async () => {
  const place = await makePlace('taken');
  const blocker = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void blocker.close());
  await new Promise((resolve) => blocker.once('listening', resolve));
  const bound = blocker.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const file = join(place, 'mooring.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('127.0.0.1:0', `127.0.0.1:${port}`));
  await expect(open(place)).rejects.toMatchObject({ code: 'port-taken' });
  blocker.close();
  await untilRound(await open(place), ({ whole }) => whole);
});
