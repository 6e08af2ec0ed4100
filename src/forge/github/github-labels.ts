import { callRepository, type GitHubRepository, part } from './github-api.ts';

/** Adds those that are missing and takes off those of Mooring that are not wanted any more; GitHub makes labels that it does not know. */
export async function setLabels(
  repository: GitHubRepository,
  known: { readonly number: number; readonly labels: readonly string[] },
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const path = `issues/${known.number}/labels`;
  const names = [...new Set(wanted.map((label) => label.slice(0, 50)))];
  const labels = names.filter((label) => !known.labels.includes(label));
  if (labels.length > 0) await callRepository(repository, { method: 'POST', path, body: { labels } }, signal);
  const stale = known.labels.filter((label) => label.startsWith('mooring') && !names.includes(label));
  for (const label of stale)
    await callRepository(repository, { method: 'DELETE', path: `${path}/${part(label)}`, accept: [404] }, signal);
}
