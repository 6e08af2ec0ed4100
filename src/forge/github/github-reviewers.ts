import { callRepository, type GitHubRepository } from './github-api.ts';
import { bare } from './read-pull-request.ts';

/** Asks people and teams for a review. One unknown name makes GitHub refuse all of them; then each is asked alone. */
export async function askReviewers(
  repository: GitHubRepository,
  number: number,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const own = bare(await repository.account(signal)).toLowerCase();
  const asked = [...new Set(names)].flatMap((name) => inWords(name, repository.owner, own) ?? []);
  if (asked.length === 0) return;
  const reviewers = asked.flatMap((each) => each.reviewers ?? []);
  const team_reviewers = asked.flatMap((each) => each.team_reviewers ?? []);
  if (await ask(repository, number, { reviewers, team_reviewers }, signal)) return;
  if (asked.length === 1) return;
  for (const each of asked) await ask(repository, number, each, signal);
}

interface Asked {
  readonly reviewers?: readonly string[];
  readonly team_reviewers?: readonly string[];
}

/** An author cannot review its own; an e-mail address is nobody whom the API knows. */
function inWords(name: string, owner: string, own: string): Asked | undefined {
  const [organisation = '', team, more] = name.split('/');
  if (team !== undefined)
    return more === undefined && organisation.toLowerCase() === owner.toLowerCase()
      ? { team_reviewers: [team] }
      : undefined;
  return name.includes('@') || name.toLowerCase() === own ? undefined : { reviewers: [name] };
}

async function ask(repository: GitHubRepository, number: number, body: Asked, signal: AbortSignal): Promise<boolean> {
  const call = { method: 'POST', path: `pulls/${number}/requested_reviewers`, body, accept: [422] } as const;
  return (await callRepository(repository, call, signal)).status !== 422;
}
