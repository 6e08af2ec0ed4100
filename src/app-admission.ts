import { randomBytes } from 'node:crypto';
import { normalisedLive } from './drift/normalise-pair.ts';
import type { TriedObject } from './drift/subtract/admission-reproduced.ts';
import { describeMutators, type Mutators } from './drift/subtract/admission-mutators.ts';
import { trialOf, withRealName } from './drift/subtract/admission-trial.ts';
import { type AppError, asAppError } from './errors/app-error.ts';
import { readAdmissionConfiguration, readNamespaceLabels } from './kubernetes/admission-configuration.ts';
import type { KubernetesConnection } from './kubernetes/connection/kubernetes-connection.ts';
import { createKubernetesClient, type DryRun, type KubernetesClient } from './kubernetes/kubernetes-client.ts';
import type { AdmissionTrial, TrialAnswer } from './loop/estate/judge-key.ts';
import { objectAt } from './resource/json.ts';
import type { Resource } from './resource/resource.ts';
import { formatResourceId } from './resource/resource-id.ts';
import type { Gap } from './resource/snapshot.ts';

interface Timed<T> {
  readonly until: number;
  readonly value: T;
}

/** The server did not come to an answer; it may later. */
interface Unanswered {
  readonly kind: 'unanswered';
  readonly why: string;
}

const everyKind = '';

/** How long an answer, a refusal and the list of webhooks are believed, in milliseconds. */
const lifetime = 60_000;

/** Asks a cluster what it makes of declared objects, and remembers what it may not ask. */
export function clusterAdmission(connection: KubernetesConnection, clock: () => Date): AdmissionTrial {
  return new ClusterAdmission(connection, clock);
}

class ClusterAdmission implements AdmissionTrial {
  readonly #connection: KubernetesConnection;
  readonly #client: KubernetesClient;
  readonly #clock: () => Date;
  readonly #answers = new WeakMap<Resource, Timed<TrialAnswer>>();
  readonly #forbidden = new Map<string, Timed<Gap>>();
  /** Kinds whose last trial came to nothing, with the reason; `everyKind` when the server could not be reached. */
  readonly #resting = new Map<string, Timed<string>>();
  #mutators: Timed<Mutators | null> | undefined;

  constructor(connection: KubernetesConnection, clock: () => Date) {
    this.#connection = connection;
    this.#client = createKubernetesClient(connection);
    this.#clock = clock;
  }

  get gaps(): readonly Gap[] {
    return [...this.#forbidden.values()].map(({ value }) => value);
  }

  async tryOut(declared: Resource, signal: AbortSignal): Promise<TrialAnswer> {
    const known = this.#answers.get(declared);
    if (known !== undefined && this.#isFresh(known)) return known.value;
    const answer = await this.#ask(declared, signal);
    // What a server that does not answer now has said of the very same declaration is still the best that is known.
    if (answer.kind === 'unanswered') return known?.value ?? { kind: 'untried', why: answer.why };
    this.#answers.set(declared, this.#timed(answer));
    return answer;
  }

  async #ask(declared: Resource, signal: AbortSignal): Promise<TrialAnswer | Unanswered> {
    const kind = `${declared.apiVersion} ${declared.id.kind}`;
    if (this.#isFresh(this.#forbidden.get(kind))) return { kind: 'untried', why: null };
    const resting = [everyKind, kind].map((key) => this.#resting.get(key)).find((each) => this.#isFresh(each));
    if (resting !== undefined) return { kind: 'unanswered', why: resting.value };
    const trial = trialOf(declared, `mooring-${randomBytes(5).toString('hex')}`);
    if (trial === undefined)
      return { kind: 'untried', why: 'its name repeats what it holds, so it cannot have another' };
    try {
      const run = await this.#client.createDryRun(trial, 'mooring', signal);
      this.#forbidden.delete(kind);
      if (run.kind === 'rejected') return { kind: 'untried', why: run.message };
      return { kind: 'tried', object: await this.#readAnswer(run, { trial, declared }, signal) };
    } catch (error) {
      signal.throwIfAborted();
      return this.#explainFailure(asAppError(error, `cannot try ${formatResourceId(declared.id)}`), declared);
    }
  }

  #explainFailure({ code, why, retryable }: AppError, { id, apiVersion }: Resource): TrialAnswer | Unanswered {
    const kind = `${apiVersion} ${id.kind}`;
    if (retryable) {
      this.#resting.set(code === 'cluster-unreachable' ? everyKind : kind, this.#timed(why));
      return { kind: 'unanswered', why };
    }
    if (code !== 'cluster-forbidden' || !isAboutRights(why)) return { kind: 'untried', why };
    const gap: Gap = {
      what: `server-side dry run of ${id.kind}`,
      why,
      remedy: 'Grant create on it (manifests/components/server-dry-run), or set comparison.serverDryRun to never',
      scope: { kind: '' },
    };
    this.#forbidden.set(kind, this.#timed(gap));
    return { kind: 'untried', why: null };
  }

  async #readAnswer(
    run: DryRun & { readonly kind: 'accepted' },
    { trial, declared }: { readonly trial: Resource; readonly declared: Resource },
    signal: AbortSignal,
  ): Promise<TriedObject> {
    const body = withRealName(run.body, trial.id.name, declared.id.name);
    const { group, namespace } = declared.id;
    const by = describeMutators(await this.#readMutators(signal), {
      group,
      resource: run.plural,
      namespaced: run.namespaced,
      labels: objectAt(trial.body, 'metadata', 'labels') ?? {},
      namespaceLabels: run.namespaced ? await readNamespaceLabels(this.#connection, namespace, signal) : null,
    });
    return { body: normalisedLive({ ...declared, body }), by };
  }

  async #readMutators(signal: AbortSignal): Promise<Mutators | null> {
    if (this.#mutators === undefined || !this.#isFresh(this.#mutators))
      this.#mutators = this.#timed(await readAdmissionConfiguration(this.#connection, signal));
    return this.#mutators.value;
  }

  #timed<T>(value: T): Timed<T> {
    return { value, until: this.#clock().getTime() + lifetime };
  }

  #isFresh(timed: Timed<unknown> | undefined): boolean {
    return timed !== undefined && this.#clock().getTime() < timed.until;
  }
}

/** Admission and quotas refuse with 403 as well; only this wording is about what Mooring may do. */
function isAboutRights(message: string): boolean {
  return /cannot create resource "/.test(message);
}
