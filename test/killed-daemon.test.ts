import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openStore } from '../src/history/store.ts';
import { parseJson, stringAt } from '../src/resource/json.ts';
import { type Receiver, startReceiver } from './fakes/receiver.ts';
import { temporaryFolder } from './fakes/temporary-folder.ts';

const program = fileURLToPath(new URL('killed-daemon.ts', import.meta.url));
const configMap = (mode: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' }, data: { mode } });

interface World {
  readonly dir: string;
  readonly receiver: Receiver;
  git(...args: readonly string[]): string;
}

/** A repository that says `fast`, a dump that says `slow`, and somebody who wants to hear of it. */
async function makeWorld(): Promise<World> {
  const dir = temporaryFolder();
  const receiver = await startReceiver((response) => response.writeHead(204).end());
  mkdirSync(join(dir, 'repo'));
  mkdirSync(join(dir, 'live'));
  writeFileSync(join(dir, 'repo', 'a.json'), configMap('fast'));
  writeFileSync(join(dir, 'live', 'a.json'), configMap('slow'));
  writeFileSync(join(dir, 'secret'), `whsec_${'c2VjcmV0'.repeat(6)}\n`);
  const config = {
    sources: [{ source: './repo#main' }],
    live: { source: './live' },
    history: { path: 'state.sqlite' },
    api: { listen: '127.0.0.1:0' },
    hooks: [{ name: 'ops', url: receiver.url, secretFile: 'secret', allowPrivate: true }],
    rollback: { propose: true, minSeverity: 'info' },
    log: { level: 'debug' },
  };
  writeFileSync(
    join(dir, 'mooring.yaml'),
    JSON.stringify({ ...config, hooks: config.hooks.map((hook) => ({ ...hook, minSeverity: 'info' })) }),
  );
  const git = (...args: readonly string[]): string => {
    const person = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    return execFileSync('git', ['-C', join(dir, 'repo'), ...person, ...args], { encoding: 'utf8' }).trim();
  };
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'first');
  return { dir, receiver, git };
}

/** Runs until it dies, or until all that there was to do is done; gives the names of the writes. */
async function runDaemon(
  world: World,
  killBefore: number,
): Promise<{ readonly killed: boolean; readonly steps: string[] }> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: world.dir };
  const child = spawn(process.execPath, [program, join(world.dir, 'mooring.yaml'), String(killBefore)], { env });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const ended = ending(child);
  const isOver = await Promise.race([ended.then(() => true), untilSettled(world, () => output).then(() => false)]);
  if (!isOver) child.kill('SIGTERM');
  const signal = await ended;
  const steps = [...output.matchAll(/^\{"step":"([^"]+)"\}$/gm)].map(([, name = '']) => name);
  return { killed: signal === 'SIGKILL', steps };
}

function ending(child: ChildProcess): Promise<NodeJS.Signals | null> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals | null>();
  child.once('exit', (_code, signal) => resolve(signal));
  return promise;
}

/** The first round is over, its proposal included, and nothing waits to be sent. */
async function untilSettled(world: World, output: () => string): Promise<void> {
  while (!output().includes('a round has passed')) await pause();
  while ((await remembered(world)).waiting > 0) await pause();
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

async function remembered({ dir }: World): Promise<{
  readonly open: number;
  readonly recurrences: number[];
  readonly waiting: number;
  readonly proposals: number;
}> {
  await using store = openStore({ path: join(dir, 'state.sqlite'), readOnly: true, clock: () => new Date() });
  const episodes = await store.episodes.list({ limit: 100 });
  const [queue] = await store.outbox.queues();
  return {
    open: episodes.filter(({ state }) => state === 'open').length,
    recurrences: episodes.map(({ recurrence }) => recurrence),
    waiting: queue?.waiting ?? 0,
    proposals: (await store.proposals.list(100)).length,
  };
}

/** Everything that people and machines see of it. */
async function outcome(world: World): Promise<object> {
  const opened = world.receiver.received.filter(
    ({ body }) => stringAt(parseJson(body), 'type') === 'dev.mooring.episode.opened',
  );
  const branches = world.git('for-each-ref', '--format=%(refname:short)', 'refs/heads/mooring').split('\n');
  return {
    ...(await remembered(world)),
    news: new Set(opened.map(({ headers }) => headers['webhook-id'])).size,
    branches: branches.map((branch) => `${branch} ${world.git('rev-list', '--count', `main..${branch}`)}`).length,
    commits: branches.map((branch) => world.git('rev-list', '--count', `main..${branch}`)),
    records: world.git('for-each-ref', '--format=%(refname)', 'refs/mooring').split('\n').length,
  };
}

const exactlyOne = {
  open: 1,
  recurrences: [1],
  waiting: 0,
  proposals: 1,
  news: 1,
  branches: 1,
  commits: ['1'],
  records: 1,
};
let steps: readonly string[] = [];

it('F22 a daemon that is never killed names its writes and leaves one episode, one message and one proposal', async () => {
  const world = await makeWorld();
  const whole = await runDaemon(world, 0);
  steps = whole.steps;
  expect(await outcome(world)).toEqual(exactlyOne);
  expect(steps).toEqual(
    expect.arrayContaining([
      'insert into episodes',
      'insert into deliveries',
      'update deliveries',
      'git hash-object',
      'git mktree',
      'git update-ref of a branch',
      'insert into proposals',
      'insert into rounds',
    ]),
  );
}, 60_000);

it('F22 a daemon that is killed before any kind of its writes ends, started again, exactly where it would have been', async () => {
  expect(steps.length).toBeGreaterThan(8);
  const met: string[] = [];
  for (const step of momentsOf(steps)) {
    const world = await makeWorld();
    const { killed, steps: done } = await runDaemon(world, step);
    if (!killed) continue;
    met.push(done.at(-1) ?? '');
    await runDaemon(world, 0);
    const where = `killed before ${done.at(-1)}, after ${done.slice(0, -1).join(', ')}`;
    expect(await outcome(world), where).toEqual(exactlyOne);
  }
  expect(new Set(met)).toEqual(new Set(steps));
}, 300_000);

/** The first of each kind of write, and every end of a transaction: what lies between two of them is never there half. */
function momentsOf(all: readonly string[]): number[] {
  return all.flatMap((name, index) => (name === 'commit' || all.indexOf(name) === index ? [index + 1] : []));
}
