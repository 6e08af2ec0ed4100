import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import type { ProposalOutcome, Round } from '../../src/loop/round.ts';
import type { PullRequest } from '../../src/rollback/pull-requests.ts';
import { type Gitea, startGitea } from '../../tools/gitea/start-gitea.ts';
import { signal } from './forge-world.ts';
import { type GiteaUsers, makeUsers, openGiteaWorld } from './gitea-world.ts';
import { text } from './propose-world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 900_000 });

let gitea: Gitea | undefined;
let users: GiteaUsers | undefined;
beforeAll(async () => {
  gitea = await startGitea();
  users = await makeUsers(gitea);
});
afterAll(() => gitea?.[Symbol.asyncDispose]());

type World = Awaited<ReturnType<typeof openGiteaWorld>>;

interface Running {
  readonly world: World;
  readonly outcomes: ProposalOutcome[];
  /** Makes the cluster hold this many replicas, and looks. */
  readonly scale: (replicas: number) => Promise<void>;
  readonly proposals: () => Promise<readonly PullRequest[]>;
}

/** A daemon on a repository of Gitea and a folder that stands for a cluster in which somebody made 3 replicas 5. */
async function runDaemon(): Promise<Running> {
  if (gitea === undefined || users === undefined) throw new Error('Gitea was not started');
  const server = gitea;
  const world = await openGiteaWorld(server, users);
  const place = mkdtempSync(join(tmpdir(), 'mooring-gitea-life-'));
  onTestFinished(async () => {
    await world[Symbol.asyncDispose]();
    rmSync(place, { recursive: true, force: true });
  });
  const setLive = (replicas: number): Promise<void> =>
    writeFile(join(place, 'live', 'web.yaml'), text.replace('replicas: 3', `replicas: ${replicas}`));
  await mkdir(join(place, 'live'));
  await setLive(5);
  await writeFile(join(place, 'token'), `${users.bot.token}\n`, { mode: 0o600 });
  await writeFile(
    join(place, 'mooring.yaml'),
    `sources: [{ source: "${world.url}#main", poll: 1s }]
live: { source: ./live }
history: { path: state.sqlite }
api: { listen: "127.0.0.1:0" }
forges: [{ url: "${server.url}", type: gitea, tokenFile: token, caFile: "${server.caFile}", commitEmail: bot@example.dev }]
rollback: { propose: true, minSeverity: info, maxPerHour: 100, maxPerDay: 100 }
`,
  );
  const outcomes: ProposalOutcome[] = [];
  const app: App = await createApp({
    loaded: await loadConfig({ file: join(place, 'mooring.yaml'), env: {}, flags: {} }),
    env: { PATH: process.env['PATH'], HOME: place, MOORING_CACHE: join(place, 'cache'), GIT_SSL_CAINFO: server.caFile },
    logger: silentLogger,
    version: '0.0.0',
    processMetrics: false,
    observers: [{ finished: ({ proposals }: Round) => void outcomes.push(...proposals) }],
  });
  onTestFinished(() => app.stop());
  app.start();
  return {
    world,
    outcomes,
    scale: async (replicas) => {
      outcomes.length = 0;
      await setLive(replicas);
      app.look();
    },
    proposals: () => world.forge().pullRequests.list(signal),
  };
}

async function until(look: () => Promise<void> | void): Promise<void> {
  await vi.waitFor(look, { timeout: 60_000, interval: 250 });
}

it('drift becomes a pull request with its labels and a link', async () => {
  const { outcomes, proposals } = await runDaemon();
  await until(() => expect(outcomes.map(({ kind }) => kind)).toEqual(['opened']));
  const [first] = await proposals();
  expect(first).toMatchObject({ state: 'open', base: 'main' });
  expect(first?.labels).toEqual(expect.arrayContaining(['mooring', 'mooring/ns-shop']));
  expect(first?.link).toMatch(/^https:.*\/pulls\/\d+$/);
});

it('what a person closed is held, and shown on the dashboard until the drift is gone', async () => {
  const { outcomes, scale, proposals, world } = await runDaemon();
  await until(() => expect(outcomes.map(({ kind }) => kind)).toEqual(['opened']));
  expect(await world.person.issues?.()).toEqual([]);
  await world.person.close((await proposals())[0]?.id ?? '');
  await scale(6);
  await scale(5);
  await until(() => expect(outcomes.at(-1)?.reason).toContain('closed without merging'));
  await until(async () =>
    expect((await world.person.issues?.())?.[0]?.body).toContain('`apps/Deployment/shop/web` | held'),
  );
  await scale(3);
  await until(async () => expect((await world.person.issues?.())?.[0]?.body).toContain('Nothing is held back.'));
  expect(await world.person.issues?.()).toHaveLength(1);
});
