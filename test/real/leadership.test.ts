import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseJson, stringAt } from '../../src/resource/json.ts';
import { type Received, type Receiver, startReceiver } from '../fakes/receiver.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';
import { type Replica, startReplica } from './replica.ts';
import { proxyBefore, until } from './watching.ts';

/** Two daemons in processes of their own, one Lease on a real API server, one repository, one receiver of news. */
const names = ['one', 'two', 'three'];
let dir: string;
let repository: string;
let namespace: string;

const configMap = (name: string, mode: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { mode },
});

async function edit(name: string, mode: string): Promise<void> {
  await kubectl([
    '-n',
    namespace,
    'patch',
    'configmap',
    name,
    '--type=merge',
    '-p',
    JSON.stringify({ data: { mode } }),
  ]);
}

function git(...args: readonly string[]): string {
  const person = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  return execFileSync('git', ['-C', repository, ...person, ...args], { encoding: 'utf8' }).trim();
}

/** Every branch that repairs went to, with its number of commits. */
function proposals(): string[] {
  const branches = git('for-each-ref', '--format=%(refname:short)', 'refs/heads/mooring')
    .split('\n')
    .filter((name) => name !== '');
  return branches.map((branch) => git('rev-list', '--count', `main..${branch}`));
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mooring-leadership-'));
  namespace = await freshNamespace('leader');
  repository = join(dir, 'repository');
  mkdirSync(repository);
  for (const name of names) {
    const text = JSON.stringify(configMap(name, 'fast'), undefined, 2);
    writeFileSync(join(repository, `${name}.json`), text);
    await kubectl(['apply', '-f', '-'], { input: text });
  }
  writeFileSync(join(dir, 'secret'), `whsec_${'c2VjcmV0'.repeat(6)}\n`);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'first');
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function begin(name: string, kubeconfig: string, receiver: Receiver): Promise<Replica> {
  const hook = { name: 'ops', url: receiver.url, secretFile: join(dir, 'secret'), allowPrivate: true };
  const config = {
    sources: [{ source: `${repository}#main`, namespace }],
    live: { source: 'kube:' },
    hooks: [hook],
    rollback: { propose: true, minSeverity: 'low', maxPerHour: 100, maxPerDay: 100 },
    leaderElection: { enabled: true, leaseName: 'mooring', namespace },
  };
  return startReplica({ dir: join(dir, name), kubeconfig, config });
}

const leads = async (replica: Replica): Promise<boolean> => {
  const found = await replica.status().catch(() => undefined);
  return found?.ready === true && found.leadership?.isLeader === true;
};
const follows = async (replica: Replica): Promise<boolean> => {
  const found = await replica.status().catch(() => undefined);
  return found?.ready === true && found.leadership?.isLeader === false;
};

/** Distinct news that a drift of this object began, and how often each came. */
function opened(received: readonly Received[], name: string): number[] {
  const counts = new Map<string, number>();
  for (const { body, headers } of received) {
    const event = parseJson(body);
    if (stringAt(event, 'type') !== 'dev.mooring.episode.opened' || !(stringAt(event, 'subject') ?? '').includes(name))
      continue;
    const id = String(headers['webhook-id']);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts.values()];
}

test('F23 a leader that sleeps for 20 s in the middle of its work wakes up as a follower and repeats nothing', async () => {
  const receiver = await startReceiver((response) => response.writeHead(204).end());
  const { kubeconfig } = sharedPlane();
  await using first = await begin('a', kubeconfig, receiver);
  await until(() => leads(first));
  await using second = await begin('b', kubeconfig, receiver);
  await until(() => follows(second));
  expect((await second.status()).leadership?.reason).toMatch(/ is the leader$/);

  await edit('one', 'slow');
  await until(() => opened(receiver.received, 'one').length > 0 && proposals().length === 1);

  // Asleep with the news under way: nobody knows which of its steps it has done.
  await edit('two', 'slow');
  first.signal('SIGSTOP');
  const asleep = sleep(20_000);
  await until(() => leads(second));
  await until(() => opened(receiver.received, 'two').length > 0 && proposals().length === 2);
  await asleep;
  first.signal('SIGCONT');
  await until(() => follows(first));
  await edit('three', 'slow');
  await until(() => opened(receiver.received, 'three').length > 0 && proposals().length === 3);
  await sleep(3_000);

  expect([await leads(first), await leads(second)]).toEqual([false, true]);
  expect(proposals()).toEqual(['1', '1', '1']);
  // Around a change of leader news may come twice, under one id; later ones come once.
  expect([opened(receiver.received, 'one'), opened(receiver.received, 'two')]).toEqual([
    [expect.any(Number)],
    [expect.any(Number)],
  ]);
  expect(opened(receiver.received, 'three')).toEqual([1]);
  expect(first.log.join('\n')).toContain('this replica no longer leads');
});

test('F24 a partition between the leader and the API server: it tells nothing more, and the other tells what is left', async () => {
  for (const name of names) await edit(name, 'fast');
  let isDown = false;
  const answer = (response: ServerResponse): void => {
    response.writeHead(isDown ? 503 : 204).end();
  };
  const receiver = await startReceiver(answer);
  await using ways = await proxyBefore(sharedPlane().kubeconfig);
  await using first = await begin('c', ways.kubeconfig, receiver);
  await until(() => leads(first));
  await using second = await begin('d', sharedPlane().kubeconfig, receiver);
  await until(() => follows(second));

  isDown = true;
  await edit('one', 'again');
  await until(() => opened(receiver.received, 'one').length > 0);
  ways.freeze();
  const tries = receiver.received.length;
  isDown = false;
  await until(() => leads(second));
  await until(() => opened(receiver.received, 'one').some((count) => count > 1) || receiver.received.length > tries);
  await sleep(5_000);
  const told = receiver.received.slice(tries).filter(({ body }) => body.includes('opened'));
  expect(told).toHaveLength(1);
  expect(await follows(first)).toBe(true);

  ways.thaw();
  await until(async () => ((await first.status()).leadership?.reason ?? '').endsWith(' is the leader'));
  await sleep(3_000);
  expect(receiver.received.slice(tries).filter(({ body }) => body.includes('opened'))).toHaveLength(1);
  expect(proposals().every((commits) => commits === '1')).toBe(true);
});
