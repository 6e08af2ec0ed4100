import { createHash } from 'node:crypto';
import { type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import type { Dashboard } from '../../rollback/dashboard.ts';
import { callRepository, everyPage, type GitHubRepository, numberAt } from './github-api.ts';

const mark = /<!-- mooring dashboard ([\da-f]+) -->/;

/** One issue, known by the mark in its body among those that Mooring's account opened. */
export function githubDashboard(repository: GitHubRepository): Dashboard {
  return {
    async show({ title, body }, create, signal) {
      const digest = createHash('sha256')
        .update(JSON.stringify([title, body]))
        .digest('hex')
        .slice(0, 32);
      const known = await findIssue(repository, signal);
      if (known === undefined && !create) return null;
      const link = stringAt(known, 'html_url') ?? '';
      if (mark.exec(stringAt(known, 'body') ?? '')?.[1] === digest) return { link };
      const text = `${body.trimEnd()}\n\n<!-- mooring dashboard ${digest} -->\n`;
      const content = { title: title.slice(0, 256), body: text };
      const call =
        known === undefined
          ? ({ method: 'POST', path: 'issues', body: content } as const)
          : ({ method: 'PATCH', path: `issues/${numberAt(known, 'number') ?? 0}`, body: content } as const);
      const { value } = await callRepository(repository, call, signal);
      return { link: stringAt(value, 'html_url') ?? link };
    },
  };
}

async function findIssue(repository: GitHubRepository, signal: AbortSignal): Promise<JsonValue | undefined> {
  const creator = await repository.account(signal);
  const query = { creator, state: 'all', sort: 'created', direction: 'asc' };
  const issues = await everyPage(repository, 'issues', query, signal);
  // The oldest: of two that were made at once one stays the dashboard.
  return issues
    .filter((issue) => valueAt(issue, 'pull_request') === undefined && mark.test(stringAt(issue, 'body') ?? ''))
    .sort((a, b) => (numberAt(a, 'number') ?? 0) - (numberAt(b, 'number') ?? 0))[0];
}
