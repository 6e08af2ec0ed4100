import type { KindState, LiveSource } from '../../collectors/live-source.ts';
import type { AuditEntry } from '../../drift/attribute/audit-join.ts';
import { auditReport } from '../../drift/detect-drift.ts';
import type { AuditReport, ResourceReport } from '../../drift/drift-report.ts';
import { DriftSession } from '../../drift/drift-session.ts';
import { SharedSuppressions } from '../../drift/shared-suppressions.ts';
import type { IgnoreRule } from '../../drift/subtract/user-rules.ts';
import { asAppError } from '../../errors/app-error.ts';
import { formatResourceId, parseResourceId } from '../../resource/resource-id.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import { describeGaps, type LiveSnapshot } from '../../resource/snapshot.ts';
import type { Judgement } from '../../severity/judgement.ts';
import { liveRequest } from './declared-sources.ts';
import type { DeclaredSource } from './declared-sources.ts';
import { DesiredSide } from './desired-side.ts';
import type { DesiredChange, SourceState } from './desired-side.ts';
import { GraphKeeper, type GraphKeeperOptions } from './graph-keeper.ts';
import { type AdmissionTrial, judgeKey } from './judge-key.ts';
import { type LiveChange, LiveSide } from './live-side.ts';
import type { RepairCandidate, RoundWork } from '../round.ts';
import type { ProblemSink } from '../run-once.ts';

export interface EstateOptions extends Pick<GraphKeeperOptions, 'clock' | 'images'> {
  readonly sources: readonly DeclaredSource[];
  /** Asked before each whole pass but the first, and when engines change, whether there are other sources now; null: the same. Throws AppError. */
  readonly renewSources?: (signal: AbortSignal) => Promise<readonly DeclaredSource[] | null>;
  /** Whether a change of this live object may make them others; absent: none does. */
  readonly concernsSources?: (id: ResourceId) => boolean;
  readonly live: LiveSource;
  readonly rules: readonly IgnoreRule[];
  /** Asked where admission may explain a difference; absent: never. */
  readonly admission?: AdmissionTrial | null;
}

/** How many resources are judged before waiting requests get a turn. */
const turn = 100;

/** Both sides as they are known now, and the verdict on each resource. Work follows change: a key that did not change is not judged. */
export class Estate {
  readonly #options: EstateOptions;
  readonly #desired: DesiredSide;
  readonly #live: LiveSide;
  readonly #session: DriftSession;
  readonly graph: GraphKeeper;
  readonly #shared = new SharedSuppressions();
  #reports = new Map<string, ResourceReport>();

  constructor(options: EstateOptions) {
    this.#options = options;
    this.#desired = new DesiredSide(options.sources, options.clock);
    this.#live = new LiveSide(options.live);
    this.graph = new GraphKeeper({
      clock: options.clock,
      images: options.images ?? null,
      lineOf: (resource, path) => this.#desired.sourceOf(formatResourceId(resource.id))?.lineOf(resource, path) ?? null,
    });
    this.#session = new DriftSession({ defaultNamespace: 'default', rules: options.rules });
  }

  /** Reads the manifests and starts to watch what they declare. Throws AppError when the live side cannot be reached at all. */
  async open(changed: (keys: readonly string[]) => void, signal: AbortSignal): Promise<void> {
    await this.#desired.read(signal);
    await this.#live.open(liveRequest(this.#desired.raw), changed, signal);
  }

  async stop(): Promise<void> {
    await this.#live.stop();
  }

  get kinds(): readonly KindState[] {
    return this.#live.states;
  }

  get sources(): readonly SourceState[] {
    return this.#desired.states;
  }

  /** Verdicts since the start; tests hold it to the number of changes. */
  get judgements(): number {
    return this.#session.judgements;
  }

  /** Who wrote, as the audit log tells it; answers the keys to look at again. */
  learnWriters(entries: readonly AuditEntry[]): readonly string[] {
    return this.#session.learnWriters(entries);
  }

  hasNewPhases(): boolean {
    return this.#live.hasNewPhases();
  }

  /** The whole report as of the last round. */
  report(): AuditReport {
    return auditReport(this.#desired.snapshots, this.#reportedLive(), [...this.#reports.values()]);
  }

  candidateOf(judgement: Judgement): RepairCandidate {
    const key = formatResourceId(judgement.id);
    return {
      judgement,
      desired: this.#session.declaredResource(key) ?? null,
      live: this.#session.liveResource(judgement.id) ?? null,
      source: this.#desired.sourceOf(key) ?? null,
    };
  }

  /** Brings both sides up to date and says which keys to judge; null: all. */
  async collect(work: RoundWork, problem: ProblemSink, signal: AbortSignal): Promise<readonly string[] | null> {
    const keys = new Set<string>();
    let everything = work.keys === null;
    const mayRenew = everything ? work.trigger !== 'start' : work.sources || this.#concernsSources(work);
    const renewed = mayRenew && (await this.#renewSources(problem, signal));
    const reads = everything || work.manifests || renewed;
    if (reads) {
      for (const error of await this.#desired.read(signal)) problem('collect', null, error);
      if (await this.#live.follow(liveRequest(this.#desired.raw))) everything = true;
    }
    const live = this.#liveSnapshot();
    if (everything) return await this.#takeAll(live, problem, signal);
    const change = this.#live.find(work.keys ?? []);
    this.#takeLive(change, keys);
    if (reads) this.#askAgain(await this.#takeDesired(live), keys);
    await this.#takeGraph(reads ? null : change, live, problem, signal);
    this.#takeGaps(live, keys);
    return [...keys];
  }

  async #takeAll(live: LiveSnapshot, problem: ProblemSink, signal: AbortSignal): Promise<null> {
    this.#session.setLive(live);
    await this.#takeDesired(live);
    await this.#takeGraph(null, live, problem, signal);
    this.#takeGaps(live, new Set());
    return null;
  }

  /** Where it cannot be told which sources there are, they stay. */
  async #renewSources(problem: ProblemSink, signal: AbortSignal): Promise<boolean> {
    try {
      const sources = (await this.#options.renewSources?.(signal)) ?? null;
      if (sources !== null) this.#desired.replace(sources);
      return sources !== null;
    } catch (error) {
      signal.throwIfAborted();
      problem('collect', null, error);
      return false;
    }
  }

  #concernsSources({ keys }: RoundWork): boolean {
    const { concernsSources } = this.#options;
    if (concernsSources === undefined) return false;
    return (keys ?? []).flatMap((key) => parseResourceId(key) ?? []).some((id) => concernsSources(id));
  }

  #takeLive({ changed, deleted }: LiveChange, keys: Set<string>): void {
    this.#session.updateLive(changed, deleted, this.#options.clock().toISOString());
    for (const id of [...changed.map((resource) => resource.id), ...deleted]) {
      for (const key of this.#session.affectedBy(id)) keys.add(key);
    }
  }

  /** Held as metadata until it was declared. */
  #isOutlined(key: string): boolean {
    const declared = this.#session.declaredResource(key);
    return declared !== undefined && this.#session.liveResource(declared.id)?.metadataOnly === true;
  }

  /** Each of its steps looks at everything that is declared; between them others get their turn. */
  async #takeDesired(live: LiveSnapshot): Promise<DesiredChange> {
    await new Promise(setImmediate);
    const definitions = live.resources.filter(({ id }) => id.kind === 'CustomResourceDefinition');
    const change = this.#desired.place(definitions);
    await new Promise(setImmediate);
    this.#session.setDesired(this.#desired.snapshots);
    await new Promise(setImmediate);
    return change;
  }

  #askAgain(change: DesiredChange, keys: Set<string>): void {
    for (const key of change.keys) keys.add(key);
    if (!change.membership) return;
    const outlined = this.#live.holdsOutlines ? change.keys.filter((key) => this.#isOutlined(key)) : [];
    if (outlined.length > 0) this.#takeLive(this.#live.find(outlined), keys);
    // Other namespaces and kinds may be owned now, so whatever is or was extra deserves another look.
    for (const [key, { drift }] of this.#reports) if (drift === 'extra') keys.add(key);
    for (const key of this.#session.keys()) if (this.#desired.sourceOf(key) === undefined) keys.add(key);
  }

  /** A graph that cannot take something in costs the blast radius, never the verdicts. */
  async #takeGraph(
    change: LiveChange | null,
    live: LiveSnapshot,
    problem: ProblemSink,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      if (change === null) {
        const declared = this.#desired.snapshots.flatMap(({ resources, entities = [] }) => [...resources, ...entities]);
        await this.graph.sync(declared, live.resources, signal);
      } else {
        this.graph.updateLive(change.changed, change.deleted);
      }
    } catch (error) {
      signal.throwIfAborted();
      this.graph.forget();
      problem('judge', null, error);
    }
  }

  #takeGaps(live: LiveSnapshot, keys: Set<string>): void {
    this.#session.setLiveGaps(live.gaps);
    const desiredGaps = this.#desired.snapshots.flatMap(({ gaps }) => gaps);
    const concerns = this.#live.changedGaps([...live.gaps, ...desiredGaps]);
    if (concerns !== null) this.graph.leaveOut(describeGaps([...live.gaps, ...desiredGaps]));
    if (concerns === null) return;
    for (const key of new Set([...this.#session.keys(), ...this.#reports.keys()])) {
      const id = parseResourceId(key);
      if (id !== undefined && concerns(id)) keys.add(key);
    }
  }

  /** Judges these keys and remembers the verdicts. One that cannot be judged is undetermined. */
  async compare(keys: readonly string[] | null, problem: ProblemSink, signal: AbortSignal): Promise<AuditReport> {
    const reports = new Map<string, ResourceReport>();
    const now = this.#options.clock().toISOString();
    if (keys === null) this.#shared.clear();
    let judged = 0;
    for (const key of keys ?? this.#session.keys()) {
      signal.throwIfAborted();
      const report = await this.#judge(key, now, problem, signal);
      if (report !== null) reports.set(key, this.#shared.share(report));
      judged += 1;
      if (judged % turn === 0) await new Promise(setImmediate);
    }
    this.#remember(keys, reports);
    return auditReport(this.#desired.snapshots, this.#reportedLive(), [...reports.values()]);
  }

  async #judge(key: string, now: string, problem: ProblemSink, signal: AbortSignal): Promise<ResourceReport | null> {
    try {
      const { admission = null } = this.#options;
      return await judgeKey(this.#session, key, { now, source: this.#desired.sourceOf(key), admission, signal });
    } catch (error) {
      signal.throwIfAborted();
      problem('compare', key, error);
      const id = parseResourceId(key);
      return id === undefined ? null : this.#unjudged(id, asAppError(error, `cannot judge ${key}`).why);
    }
  }

  #unjudged(id: ResourceId, reason: string): ResourceReport {
    const resource = this.#session.declaredResource(formatResourceId(id)) ?? this.#session.liveResource(id);
    return {
      apiVersion: resource?.apiVersion ?? id.group,
      kind: id.kind,
      namespace: id.namespace,
      name: id.name,
      verdict: 'undetermined',
      drift: null,
      differences: [],
      suppressions: [],
      pending: [],
      invalid: [],
      undetermined: [{ path: '', reason }],
      notes: [],
    };
  }

  #remember(keys: readonly string[] | null, reports: Map<string, ResourceReport>): void {
    if (keys === null) {
      this.#reports = reports;
      return;
    }
    for (const key of keys) {
      const report = reports.get(key);
      if (report === undefined) this.#reports.delete(key);
      else this.#reports.set(key, report);
    }
  }

  /** With what may not be tried: that takes nothing from what was read. */
  #reportedLive(): LiveSnapshot {
    const live = this.#liveSnapshot();
    return { ...live, gaps: [...live.gaps, ...(this.#options.admission?.gaps ?? [])] };
  }

  #liveSnapshot(): LiveSnapshot {
    const { live, clock } = this.#options;
    return (
      this.#live.snapshot() ?? {
        source: live.name,
        resources: [],
        gaps: [{ what: live.name, why: 'it was not read yet', remedy: 'Wait for the first round', scope: {} }],
        readAt: clock().toISOString(),
        openApi: [],
      }
    );
  }
}
