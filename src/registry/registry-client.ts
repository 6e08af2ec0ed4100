import { setTimeout as wait } from 'node:timers/promises';
import { parseRetryAfter } from '../errors/retry-after.ts';
import { type RegistryAnswer, type RegistryRequest, sendBounded } from './bounded-request.ts';
import { parseChallenge } from './challenge.ts';
import type { RegistryCredentials } from './docker-config.ts';
import type { Endpoint, HostPolicy } from './host-policy.ts';
import type { RegistryAgents } from './registry-agents.ts';
import { RegistryProblem } from './registry-problem.ts';
import { RegistryTokens } from './registry-tokens.ts';
import type { Turns } from './turns.ts';

/** A document of one repository: `manifests/1.2`, `blobs/sha256:…`. */
export interface Question {
  readonly endpoint: Endpoint;
  readonly repository: string;
  readonly path: string;
  readonly method: 'GET' | 'HEAD';
  readonly accept: string;
  readonly mostBytes: number;
  readonly credentials: RegistryCredentials | undefined;
  readonly keeper: string;
}

export interface ClientParts {
  readonly agents: RegistryAgents;
  readonly policy: HostPolicy;
  readonly turns: Turns;
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number;
}

export type RegistryClient = (question: Question, signal: AbortSignal) => Promise<RegistryAnswer>;

const mostRedirects = 3;
/** A registry that asks for a longer pause is left alone; whoever asked comes again. */
const longestPause = 5_000;

/** Asks registries by their HTTP API: tokens, redirects to stores of blobs, pauses. Throws RegistryProblem for all but 200. */
export function createRegistryClient({ agents, policy, turns, now }: ClientParts): RegistryClient {
  const send = (request: RegistryRequest, signal: AbortSignal): Promise<RegistryAnswer> =>
    turns.take(request.url.host, () => sendBounded(agents.agentFor(request.url), request, signal), signal);
  const tokens = new RegistryTokens({ send, policy, now });

  /** Credentials stay with the host that they are for. */
  const follow = async (request: RegistryRequest, signal: AbortSignal): Promise<RegistryAnswer> => {
    let current = request;
    for (let hops = 0; ; hops += 1) {
      const answer = await send(current, signal);
      const location = answer.header('location');
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
      if (hops === mostRedirects) throw new RegistryProblem('bad-answer', `${request.url.host} redirects too often`);
      if (!URL.canParse(location, current.url.href))
        throw new RegistryProblem('bad-answer', `${current.url.host} redirects to what is no URL`);
      const url = new URL(location, current.url.href);
      if (!policy.mayFollow(url, current.url))
        throw new RegistryProblem('not-allowed', `${current.url.host} redirects to where it may not be followed`);
      const { authorization: _authorization, ...rest } = current.headers;
      current = { ...current, url, headers: url.origin === current.url.origin ? current.headers : rest };
    }
  };

  return async (question, signal) => {
    const { endpoint, repository, path, method, accept, mostBytes, credentials, keeper } = question;
    const url = new URL(`${endpoint.base}${repository}/${path}`);
    const about = { from: url, repository, keeper };
    let authorization = tokens.known(about);
    let paused = false;
    for (let tries = 0; ; tries += 1) {
      const headers = { accept, ...(authorization === undefined ? {} : { authorization }) };
      const answer = await follow({ method, url, headers, mostBytes }, signal);
      if (answer.status === 200) return answer;
      const pause = parseRetryAfter(answer.header('retry-after'), Date.now());
      if (answer.status === 429 && !paused && pause !== null && pause <= longestPause) {
        paused = true;
        await wait(pause, undefined, { signal });
        continue;
      }
      const challenge =
        answer.status === 401 && tries < 2 ? parseChallenge(answer.header('www-authenticate')) : undefined;
      if (challenge === undefined) throw refusal(answer.status, url.host, pause);
      authorization = await tokens.fetch({ ...about, challenge, credentials }, signal);
      if (authorization === undefined) throw refusal(answer.status, url.host, pause);
    }
  };
}

function refusal(status: number, host: string, pause: number | null): RegistryProblem {
  switch (status) {
    case 401:
    case 403:
      return new RegistryProblem('unauthorized', `${host} refuses it (${status})`);
    case 404:
      return new RegistryProblem('not-found', `${host} does not have it`);
    case 429:
      return new RegistryProblem('rate-limited', `${host} asks to wait`, pause);
    default:
      return new RegistryProblem('bad-answer', `${host} answered ${status}`, pause);
  }
}
