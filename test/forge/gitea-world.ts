import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { overNetwork } from '../../src/forge/git-refs.ts';
import { createRepairWriter } from '../../src/forge/git-repair-writer.ts';
import { createGiteaForge } from '../../src/forge/gitea/gitea-forge.ts';
import { createForgeHttp } from '../../src/forge/http/forge-http.ts';
import { createBranchRemover } from '../../src/forge/remove-branch.ts';
import type { JsonValue } from '../../src/resource/json.ts';
import { parseJson, stringAt, valueAt } from '../../src/resource/json.ts';
import type { Gitea, GiteaUser } from '../../tools/gitea/start-gitea.ts';
import { placeFor } from './gitea-place.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { type ForgeWorld, signal } from './forge-world.ts';
import { identity, text } from './propose-world.ts';

export interface GiteaUsers {
  readonly admin: GiteaUser;
  readonly bot: GiteaUser;
  readonly pat: GiteaUser;
  readonly stranger: GiteaUser;
}

/** A request as one of the users; throws when Gitea does not answer with 2xx. */
export async function askGitea(
  gitea: Gitea,
  { token }: GiteaUser,
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  ...[path, body]: [string, unknown?]
): Promise<JsonValue> {
  const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await gitea.agent.request({ origin: gitea.url, path: `/api/v1/${path}`, method, headers, ...sent });
  const answered = await answer.body.text();
  if (answer.statusCode > 299) throw new Error(`${method} ${path}: ${answer.statusCode} ${answered.slice(0, 300)}`);
  return answered === '' ? null : parseJson(answered);
}

export async function makeUsers(gitea: Gitea): Promise<GiteaUsers> {
  return {
    admin: await gitea.createUser('admiral', { admin: true }),
    bot: await gitea.createUser('mooring-bot'),
    pat: await gitea.createUser('pat'),
    stranger: await gitea.createUser('stranger'),
  };
}

let count = 0;

/** Gitea notices a first push by and by; until then the repository counts as empty, and has no pull requests to list. */
async function untilFilled(gitea: Gitea, admin: GiteaUser, at: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await askGitea(gitea, admin, 'GET', at);
    if (valueAt(found, 'empty') === false) return;
    await sleep(100);
  }
  throw new Error(`${at} stays empty`);
}

/** A repository of the administrator, in which the bot and Pat may write; Mooring reaches its API through a proxy that can fail. */
export async function openGiteaWorld(
  gitea: Gitea,
  users: GiteaUsers,
): Promise<ForgeWorld & { readonly name: string; readonly url: string }> {
  const { admin, bot, pat, stranger } = users;
  const name = `shop-${(count += 1)}`;
  const at = `repos/${admin.name}/${name}`;
  const merge = { default_delete_branch_after_merge: false, has_issues: true };
  await askGitea(gitea, admin, 'POST', 'user/repos', { name, default_branch: 'main', ...merge });
  for (const user of [bot, pat])
    await askGitea(gitea, admin, 'PUT', `${at}/collaborators/${user.name}`, { permission: 'write' });
  const root = mkdtempSync(join(tmpdir(), 'mooring-gitea-world-'));
  const url = `${gitea.url}/${admin.name}/${name}.git`;
  const work = join(root, 'work');
  const git = gitOf(root, gitea, pat);
  git(root, 'init', '--quiet', '--initial-branch=main', work);
  commitFiles(work, { 'web.yaml': text }, (...args) => git(work, ...args));
  git(work, 'push', '--quiet', url, 'main');
  await untilFilled(gitea, admin, at);
  const proxy = await startFaultyProxy(gitea.url, gitea.agent);
  const place = placeFor(root, gitea, bot, url);
  const repository = createRepairWriter({ place, baseBranch: 'main', identity });
  const ask = (user: GiteaUser, method: Parameters<typeof askGitea>[2], path: string, body?: unknown) =>
    askGitea(gitea, user, method, `${at}/${path}`, body);
  const call = createForgeHttp({
    base: new URL(`${proxy.origin}/api/v1/`),
    agent: gitea.agent,
    credentials: () => Promise.resolve({ authorization: `token ${bot.token}` }),
    clock: () => new Date(),
  });
  const removeBranch = createBranchRemover(place, repository);
  return {
    name,
    url,
    forge: () => createGiteaForge({ call, owner: admin.name, name, removeBranch }),
    repository,
    publishAll: async (commit, branches) => {
      const refs = branches.map((branch) => `${commit}:refs/heads/${branch}`);
      await overNetwork(place, ['push', '--quiet', '--', url, ...refs], signal);
    },
    token: bot.token,
    person: {
      push: (branch, files) => {
        git(work, 'fetch', '--quiet', url, '+refs/heads/*:refs/remotes/origin/*');
        const known = git(work, 'branch', '--remotes', '--list', `origin/${branch}`) !== '';
        git(work, 'checkout', '--quiet', '-B', branch, known ? `origin/${branch}` : 'origin/main');
        const commit = commitFiles(work, files, (...args) => git(work, ...args));
        git(work, 'push', '--quiet', url, branch);
        return Promise.resolve(commit);
      },
      merge: async (id, way) => {
        await mergeWhenReady(() => ask(pat, 'POST', `pulls/${id}/merge`, { Do: way }));
      },
      close: async (id) => void (await ask(pat, 'PATCH', `pulls/${id}`, { state: 'closed' })),
      reopen: async (id) => void (await ask(pat, 'PATCH', `pulls/${id}`, { state: 'open' })),
      edit: async (id, change) => void (await ask(pat, 'PATCH', `pulls/${id}`, change)),
      label: async (id, label) => {
        const made = await ask(pat, 'POST', 'labels', { name: label, color: '#ff0000' });
        const labels = [made !== null && typeof made === 'object' && 'id' in made ? made['id'] : 0];
        await ask(pat, 'POST', `issues/${id}/labels`, { labels });
      },
      comment: async (id, body) => void (await ask(pat, 'POST', `issues/${id}/comments`, { body })),
      deleteBranch: async (branch) => void (await ask(pat, 'DELETE', `branches/${encodeURIComponent(branch)}`)),
      open: async (head, base, title) => void (await ask(pat, 'POST', 'pulls', { head, base, title })),
      reviewersOf: async (id) => {
        const seen = await ask(pat, 'GET', `pulls/${id}`);
        return listOf(seen, 'requested_reviewers').flatMap((user) => stringAt(user, 'login') ?? []);
      },
      issues: async () => {
        const issues = await ask(pat, 'GET', 'issues?type=issues&state=all');
        return (Array.isArray(issues) ? issues : []).map((issue: JsonValue) => ({
          title: stringAt(issue, 'title') ?? '',
          body: stringAt(issue, 'body') ?? '',
          open: stringAt(issue, 'state') === 'open',
        }));
      },
      closeIssue: async (title) => {
        const issues = await ask(pat, 'GET', 'issues?type=issues&state=all');
        for (const issue of Array.isArray(issues) ? issues : []) {
          if (stringAt(issue, 'title') !== title) continue;
          const number = typeof issue === 'object' && issue !== null && 'number' in issue ? issue['number'] : 0;
          await ask(pat, 'PATCH', `issues/${String(number)}`, { state: 'closed' });
        }
      },
      renameBase: async (to) => void (await ask(admin, 'PATCH', 'branches/main', { name: to })),
      deleteRepository: async () => void (await askGitea(gitea, admin, 'DELETE', at)),
    },
    stranger: { comment: async (id, body) => void (await ask(stranger, 'POST', `issues/${id}/comments`, { body })) },
    faults: proxy.faults,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function gitOf(root: string, gitea: Gitea, user: GiteaUser): (directory: string, ...args: readonly string[]) => string {
  const basic = Buffer.from(`${user.name}:${user.token}`).toString('base64');
  const env = {
    PATH: process.env['PATH'],
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_SSL_CAINFO: gitea.caFile,
    GIT_AUTHOR_NAME: user.name,
    GIT_AUTHOR_EMAIL: user.email,
    GIT_COMMITTER_NAME: user.name,
    GIT_COMMITTER_EMAIL: user.email,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${gitea.url}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
  return (directory, ...args) =>
    execFileSync('git', ['-C', directory, ...args], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trimEnd();
}

function commitFiles(
  work: string,
  files: Readonly<Record<string, string>>,
  git: (...args: readonly string[]) => string,
): string {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, file)), { recursive: true });
    writeFileSync(join(work, file), content);
  }
  git('add', '--all');
  git('commit', '--quiet', '--message', 'by hand');
  return git('rev-parse', 'HEAD');
}

/** Gitea refuses to merge while it computes whether it can. */
async function mergeWhenReady(merge: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await merge();
      return;
    } catch (error) {
      if (attempt >= 100 || !String(error).includes(': 405 ')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function listOf(value: JsonValue, key: string): readonly JsonValue[] {
  const list =
    typeof value === 'object' && value !== null && key in value
      ? Object.entries(value).find(([name]) => name === key)?.[1]
      : [];
  return Array.isArray(list) ? list : [];
}
