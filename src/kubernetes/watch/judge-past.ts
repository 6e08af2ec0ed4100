import { arrayAt, parseJson, stringAt } from '../../resource/json.ts';
import type { KubernetesConnection } from '../connection/kubernetes-connection.ts';
import type { ServedKind } from '../discovery/served-kind.ts';
import { isOlder } from './compare-versions.ts';

/** What the server says of a version that it once gave us: it is there, it never was, or no answer that settles it. */
export type VersionAnswer = 'has-it' | 'never-had-it' | 'unclear';

const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
/** The server itself waits 3 s for its cache before it denies a version: three denials are no lag. */
const denialsNeeded = 3;

/**
 * Asks for a list that is not older than `version`. A server whose etcd was restored answers that the version is too large;
 * one that gave a stale answer has the version; what answers from a cache in between says something else. Throws AppError.
 */
export async function askForVersion(
  connection: KubernetesConnection,
  served: ServedKind,
  version: string,
  signal: AbortSignal,
): Promise<VersionAnswer> {
  const query = new URLSearchParams({ limit: '1', resourceVersion: version, resourceVersionMatch: 'NotOlderThan' });
  const answer = await connection.send({ path: `${served.path}?${query.toString()}`, accept: metadataList }, signal);
  let body: ReturnType<typeof parseJson>;
  try {
    body = parseJson(answer.body.toString('utf8'));
  } catch {
    return 'unclear';
  }
  if (answer.status === 200) {
    const listed = stringAt(body, 'metadata', 'resourceVersion') ?? '';
    return listed === '' || isOlder(listed, version) ? 'unclear' : 'has-it';
  }
  const causes = arrayAt(body, 'details', 'causes').map((cause) => stringAt(cause, 'reason'));
  return causes.includes('ResourceVersionTooLarge') ? 'never-had-it' : 'unclear';
}

export interface PastJudgeOptions {
  readonly connection: KubernetesConnection;
  readonly served: ServedKind;
  /** How long lists that nobody can explain are refused before they are believed. */
  readonly patienceMs: number;
}

/**
 * Tells two reasons apart why a list is older than what was seen. A stale answer is refused however often it comes. Versions
 * that really went back (a restored etcd) are believed once the server itself denies the newer ones several times.
 */
export class PastJudge {
  readonly #options: PastJudgeOptions;
  #denials = 0;
  #unclearSince: number | undefined;

  constructor(options: PastJudgeOptions) {
    this.#options = options;
  }

  /** Called once for each list older than `floor`; true: what was seen before is no more. Throws AppError. */
  async isGone(floor: string, signal: AbortSignal): Promise<boolean> {
    const { connection, served, patienceMs } = this.#options;
    const answer = await askForVersion(connection, served, floor, signal);
    this.#denials = answer === 'never-had-it' ? this.#denials + 1 : 0;
    if (answer === 'has-it') this.#unclearSince = undefined;
    else this.#unclearSince ??= performance.now();
    const isOutOfPatience = this.#unclearSince !== undefined && performance.now() - this.#unclearSince >= patienceMs;
    return this.#denials >= denialsNeeded || isOutOfPatience;
  }

  /** A list was as new as it must be. */
  forget(): void {
    this.#denials = 0;
    this.#unclearSince = undefined;
  }
}
