import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { silentLogger } from '../src/log/logger.ts';
import type { ProposalOutcome, Round } from '../src/loop/round.ts';
import { temporaryFolder } from './fakes/temporary-folder.ts';
import { TestRepository } from './git/repository.ts';

function web(replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "example/web:1"}]}
`;
}

interface Running {
  readonly outcomes: ProposalOutcome[];
  readonly repository: TestRepository;
  readonly setLive: (replicas: number) => void;
}

/** A daemon on a repository without a forge and a folder that stands for a cluster in which somebody made 3 replicas 5. */
async function runDaemon(): Promise<Running> {
  const repository = new TestRepository();
  repository.commit({ 'web.yaml': web(3) });
  const place = temporaryFolder();
  mkdirSync(join(place, 'live'));
  const setLive = (replicas: number): void => writeFileSync(join(place, 'live', 'web.yaml'), web(replicas));
  setLive(5);
  writeFileSync(
    join(place, 'mooring.yaml'),
    `sources: [{ source: "${repository.path}#main" }]
live: { source: ./live }
history: { path: state.sqlite }
api: { listen: "127.0.0.1:0" }
rollback: { propose: true, minSeverity: info, maxPerHour: 100, maxPerDay: 100 }
`,
  );
  const outcomes: ProposalOutcome[] = [];
  const app = await createApp({
    loaded: await loadConfig({ file: join(place, 'mooring.yaml'), env: {}, flags: {} }),
    env: { PATH: process.env['PATH'], HOME: place, MOORING_CACHE: join(place, 'cache') },
    logger: silentLogger,
    version: '0.0.0',
    processMetrics: false,
    observers: [{ finished: ({ proposals }: Round) => void outcomes.push(...proposals) }],
  });
  onTestFinished(() => app.stop());
  app.start();
  return { outcomes, repository, setLive };
}

async function until(
  outcomes: readonly ProposalOutcome[],
  ...kinds: readonly ProposalOutcome['kind'][]
): Promise<void> {
  await vi.waitFor(() => expect(outcomes.map(({ kind }) => kind)).toEqual(kinds), { timeout: 20_000 });
}

test('a proposal is closed by itself when the drift is gone, and opened again when it comes back', async () => {
  const { outcomes, setLive, repository } = await runDaemon();
  await until(outcomes, 'opened');
  setLive(3);
  await until(outcomes, 'opened', 'closed');
  expect(repository.git('branch', '--list', 'mooring/*')).toBe('');
  setLive(7);
  await until(outcomes, 'opened', 'closed', 'opened');
  setLive(5);
  await until(outcomes, 'opened', 'closed', 'opened', 'updated');
});
