/**
 * Proposes `spec.replicas: <live>` to a real Gitea and dies by SIGKILL at its n-th step: just before a git command that writes, and just
 * before and just after a writing call of the API. The only argument is a file with `KilledRun` as JSON; none dies when n is 0.
 */
import { readFileSync } from 'node:fs';
import { Agent } from 'undici';
import { createRepairWriter } from '../../src/forge/git-repair-writer.ts';
import { createGiteaForge } from '../../src/forge/gitea/gitea-forge.ts';
import { createForgeHttp } from '../../src/forge/http/forge-http.ts';
import { createBranchRemover } from '../../src/forge/remove-branch.ts';
import { proposeRollback } from '../../src/rollback/propose-rollback.ts';
import { parseJson, stringAt, valueAt } from '../../src/resource/json.ts';
import { placeFor } from './gitea-place.ts';
import { identity, planFor, signal } from './propose-world.ts';

const run = parseJson(readFileSync(process.argv[2] ?? '', 'utf8'));
const text = (key: string): string => stringAt(run, key) ?? '';
const number = (key: string): number => Number(valueAt(run, key));
let steps = 0;
function step(): void {
  steps += 1;
  if (steps === number('killAt')) process.kill(process.pid, 'SIGKILL');
}

const server = { url: text('url'), caFile: text('caFile') };
const bot = { name: text('bot'), token: text('token') };
const real = placeFor(text('root'), server, bot, `${server.url}/${text('owner')}/${text('name')}.git`);
const writing = new Set(['hash-object', 'mktree', 'update-ref', 'push']);
const place = {
  ...real,
  git: (call: Parameters<typeof real.git>[0]): ReturnType<typeof real.git> => {
    if (writing.has(call.arguments[0] ?? '')) step();
    return real.git(call);
  },
};
const agent = new Agent({ connect: { ca: readFileSync(server.caFile, 'utf8') } });
const http = createForgeHttp({
  base: new URL(`${server.url}/api/v1/`),
  agent,
  credentials: () => Promise.resolve({ authorization: `token ${bot.token}` }),
  clock: () => new Date(),
});
const repository = createRepairWriter({ place, baseBranch: 'main', identity });
const forge = createGiteaForge({
  call: async (call, stop) => {
    if (call.method !== 'GET') step();
    const answer = await http(call, stop);
    if (call.method !== 'GET') step();
    return answer;
  },
  owner: text('owner'),
  name: text('name'),
  removeBranch: createBranchRemover(place, repository),
});
const base = await repository.baseCommit(signal);
const manners = { labels: true, reviewers: true, drafts: true };
const outcome = await proposeRollback(
  planFor(base, number('live')),
  { repository, pullRequests: forge.pullRequests, log: null, baseBranch: 'main', manners, clock: () => new Date() },
  { asked: true, paths: ['spec.replicas'] },
  signal,
);
console.log(JSON.stringify({ kind: outcome.kind, steps }));
await agent.destroy();
