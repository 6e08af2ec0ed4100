import { stringAt } from '../../resource/json.ts';
import { callRepository, everyPage, type GiteaRepository } from './gitea-api.ts';

export interface AskedReviewers {
  readonly reviewers: readonly string[];
  readonly team_reviewers: readonly string[];
}

/** Those of the names who can be asked here: one unknown name makes Gitea refuse all of them. */
export async function knownReviewers(
  repository: GiteaRepository,
  names: readonly string[],
  signal: AbortSignal,
): Promise<AskedReviewers> {
  const people = names.filter((name) => !/[/@]/.test(name));
  const teams = names.flatMap((name) => {
    const [owner, team, more] = name.split('/');
    return owner?.toLowerCase() === repository.owner.toLowerCase() && team !== undefined && more === undefined
      ? [team]
      : [];
  });
  return {
    reviewers: people.length === 0 ? [] : await known(repository, 'reviewers', 'login', people, signal),
    team_reviewers: teams.length === 0 ? [] : await known(repository, 'teams', 'name', teams, signal),
  };
}

async function known(
  repository: GiteaRepository,
  path: 'reviewers' | 'teams',
  key: string,
  ...[names, signal]: [readonly string[], AbortSignal]
): Promise<readonly string[]> {
  // A repository of a person has no teams: 405.
  const call = { method: 'GET', path, accept: [404, 405] } as const;
  const { value } = await callRepository(repository, call, signal);
  const there = new Map(
    (Array.isArray(value) ? value : []).flatMap((item) => {
      const name = stringAt(item, key);
      return name === undefined ? [] : [[name.toLowerCase(), name] as const];
    }),
  );
  const own = (await repository.account(signal)).toLowerCase();
  return [...new Set(names.map((name) => name.toLowerCase()))].flatMap((name) =>
    name === own ? [] : (there.get(name) ?? []),
  );
}

/** Asks for reviews of a pull request that is there. */
export async function askReviewers(
  repository: GiteaRepository,
  number: number,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const body = await knownReviewers(repository, names, signal);
  if (body.reviewers.length + body.team_reviewers.length === 0) return;
  await callRepository(repository, { method: 'POST', path: `pulls/${number}/requested_reviewers`, body }, signal);
}

/** The login of whoever closed it last. */
export async function closedBy(repository: GiteaRepository, number: number, signal: AbortSignal): Promise<string> {
  const events = await everyPage(repository, `issues/${number}/timeline`, {}, signal);
  return (
    stringAt(
      events.findLast((event) => stringAt(event, 'type') === 'close'),
      'user',
      'login',
    ) ?? ''
  );
}
