import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startGitea } from '../../tools/gitea/start-gitea.ts';
import { signal } from './forge-world.ts';
import { makeUsers, openGiteaWorld } from './gitea-world.ts';

const program = fileURLToPath(new URL('killed-gitea-proposal.ts', import.meta.url));

interface Ended {
  readonly killed: boolean;
  readonly steps: number;
  readonly errors: string;
}

function runOnce(root: string, input: object): Promise<Ended> {
  const file = join(root, 'run.json');
  writeFileSync(file, JSON.stringify({ ...input, root }));
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  child.once('error', reject);
  child.once('close', (_code, ended) =>
    resolve({ killed: ended === 'SIGKILL', steps: Number(/"steps":(\d+)/.exec(output)?.[1] ?? 0), errors }),
  );
  return promise;
}

it('a proposal that is killed at any of its writing steps and made again is one pull request', async () => {
  await using gitea = await startGitea();
  const users = await makeUsers(gitea);
  await using world = await openGiteaWorld(gitea, users);
  const root = mkdtempSync(join(tmpdir(), 'mooring-killed-'));
  const { admin, bot } = users;
  const place = { url: gitea.url, caFile: gitea.caFile, owner: admin.name, name: world.name };
  const input = { ...place, bot: bot.name, token: bot.token };
  try {
    const whole = await runOnce(root, { ...input, live: 10, killAt: 0 });
    expect(whole).toMatchObject({ killed: false, errors: '' });
    // Later ones find their labels, and replace the one before: saying why, closing it and removing its branch are steps as well.
    const replacing = await runOnce(root, { ...input, live: 11, killAt: 0 });
    expect(replacing.steps).toBeGreaterThanOrEqual(10);
    let killed = 0;
    for (let at = 1; at <= replacing.steps; at += 1) {
      const live = 100 + at;
      const first = await runOnce(root, { ...input, live, killAt: at });
      killed += first.killed ? 1 : 0;
      expect(await runOnce(root, { ...input, live, killAt: 0 })).toMatchObject({ killed: false, errors: '' });
      const listed = await world.forge().pullRequests.list(signal);
      const open = listed.filter(({ state }) => state === 'open');
      expect(open, `after step ${at}`).toHaveLength(1);
      expect(open[0]?.title).toContain('replicas');
      expect(listed.filter(({ branch }) => branch === open[0]?.branch)).toHaveLength(1);
      expect(listed.some(({ closedByPerson }) => closedByPerson)).toBe(false);
    }
    expect(killed).toBe(replacing.steps);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}, 900_000);
