import { formatJson, type JsonObject } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { formatResourceId, parseResourceId, type ResourceId } from '../resource/resource-id.ts';
import { type DesiredSnapshot, type Gap, gapCovers, type LiveSnapshot } from '../resource/snapshot.ts';
import { AuditedWriters, type AuditEntry, isAbout } from './attribute/audit-join.ts';
import { ObservedChanges, type Sighting } from './attribute/observed-changes.ts';
import { EncryptedInputs, unknownName } from './encrypted-inputs.ts';
import { isGenerated, isOldHash } from './describe/extra.ts';
import type { ResourceReport } from './drift-report.ts';
import {
  type Deletion,
  duplicateReport,
  extraReport,
  foreignReport,
  judgeAbsent,
  undeterminedReport,
} from './judge-object.ts';
import { judgeResource, type JudgeContext } from './judge-resource.ts';
import { affectedBy } from './affected.ts';
import { prepare } from './normalise-pair.ts';
import { withinGaps } from './within-gaps.ts';
import { OwnedGround } from './ownership.ts';
import { ResourceScope } from './resource-scope.ts';
import { SchemaCatalog, unknownKind } from './schema/schema-catalog.ts';
import type { TriedObject } from './subtract/admission-reproduced.ts';
import { LiveIndex } from './subtract/live-index.ts';
import type { IgnoreRule } from './subtract/user-rules.ts';

export interface DriftOptions {
  /** Where declared objects without a namespace belong. */
  readonly defaultNamespace: string;
  readonly rules?: readonly IgnoreRule[];
}

interface Declaration {
  readonly resource: Resource;
  readonly source: string;
}

interface Declared extends Declaration {
  /** Other declarations of the same object, when there are any. */
  readonly twins: readonly Declaration[];
}

interface JudgeQuestion extends Pick<JudgeContext, 'key' | 'now' | 'tried'> {
  readonly earlier: readonly Resource[];
}

/**
 * Holds both sides and judges resources one by one, so that one change costs one judgement. Pure: the same inputs give the same
 * verdicts; `now` is an argument.
 */
export class DriftSession {
  readonly #options: DriftOptions;
  #declared = new Map<string, Declared>();
  #declaredNames = new Map<string, Set<string>>();
  #ground = new OwnedGround([]);
  #encrypted = new EncryptedInputs();
  #index = new LiveIndex([]);
  #scope: ResourceScope;
  #catalog = new SchemaCatalog([], []);
  #openApi: readonly JsonObject[] = [];
  #liveGaps: readonly Gap[] = [];
  #desiredGaps: readonly Gap[] = [];
  #unstable = new Map<string, Set<string>>();
  #doubts = new Map<string, string>();
  readonly #observed = new ObservedChanges();
  readonly #writers = new AuditedWriters();
  readonly #placements = new WeakMap<Resource, Resource>();
  readonly #deletions = new Map<string, Deletion>();
  #currentAt: string | null = null;
  /** Judgements made since the session began: a count, so that tests can prove that work follows change. */
  judgements = 0;

  constructor(options: DriftOptions) {
    this.#options = options;
    this.#scope = new ResourceScope([], options.defaultNamespace);
  }

  /** Takes a whole snapshot. Objects that changed since the one before are attributed as after a gap in the watch. */
  setLive(live: LiveSnapshot): void {
    const before = this.#index;
    this.#index = new LiveIndex(live.resources);
    for (const key of this.#declared.keys())
      this.#observe(before, key, { at: live.readAt, since: this.#currentAt, gap: true });
    this.#currentAt = live.readAt;
    this.#liveGaps = live.gaps;
    this.#openApi = live.openApi;
    this.#learnKinds();
  }

  /** What could not be read may change while the objects stay. */
  setLiveGaps(gaps: readonly Gap[]): void {
    this.#liveGaps = gaps;
  }

  /** Takes new versions as a watch delivers them. `seenAt` (RFC 3339) lets each changed path be attributed to its time. */
  updateLive(changed: readonly Resource[], deleted: readonly ResourceId[], seenAt?: string): void {
    const sighting = { at: seenAt ?? this.#currentAt ?? '', since: this.#currentAt, gap: seenAt === undefined };
    for (const resource of changed) {
      const key = formatResourceId(resource.id);
      const before = this.#index.get(resource.id);
      this.#index.set(resource);
      if (before !== undefined && this.#declared.has(key)) this.#compareVersions(key, before, resource, sighting);
    }
    for (const id of deleted) {
      const last = this.#index.get(id);
      if (last !== undefined && this.#declared.has(formatResourceId(id)))
        this.#deletions.set(formatResourceId(id), { sighting, last });
      this.#index.delete(id);
    }
    if (seenAt !== undefined) this.#currentAt = seenAt;
    if ([...changed.map(({ id }) => id), ...deleted].some((id) => id.kind === 'CustomResourceDefinition'))
      this.#learnKinds();
  }

  #observe(before: LiveIndex, key: string, sighting: Sighting): void {
    const id = parseResourceId(key);
    const [was, is] = id === undefined ? [] : [before.get(id), this.#index.get(id)];
    if (was === undefined || was === is) return;
    if (is === undefined) this.#deletions.set(key, { sighting, last: was });
    else this.#compareVersions(key, was, is, sighting);
  }

  #compareVersions(key: string, before: Resource, after: Resource, sighting: Sighting): void {
    const type = this.#catalog.find(after.apiVersion, after.id.kind)?.type ?? unknownKind();
    this.#observed.observe(key, { before, after }, type, sighting);
    this.#deletions.delete(key);
  }

  #learnKinds(): void {
    this.#catalog = new SchemaCatalog(
      [...this.#index.ofKind('apiextensions.k8s.io', 'CustomResourceDefinition')],
      this.#openApi,
    );
    this.#scope = new ResourceScope(
      this.#index.ofKind('apiextensions.k8s.io', 'CustomResourceDefinition'),
      this.#options.defaultNamespace,
    );
  }

  setDesired(snapshots: readonly DesiredSnapshot[]): void {
    this.#declared = new Map();
    this.#declaredNames = new Map();
    this.#unstable = new Map();
    this.#doubts = new Map();
    this.#desiredGaps = snapshots.flatMap(({ gaps }) => gaps);
    this.#ground = new OwnedGround(snapshots);
    this.#encrypted = new EncryptedInputs();
    for (const snapshot of snapshots) {
      if (snapshot.doubt !== undefined) this.#doubts.set(snapshot.source, snapshot.doubt);
      for (const { resource, path } of snapshot.unstable) {
        const paths = this.#unstable.get(resource) ?? new Set();
        this.#unstable.set(resource, paths.add(path));
      }
      for (const resource of snapshot.resources) this.#declare(resource, snapshot.source);
    }
  }

  #declare(resource: Resource, source: string): void {
    const id = this.#scope.place(resource);
    const placed = id === resource.id ? resource : this.#placed(resource, id);
    const key = formatResourceId(id);
    const earlier = this.#declared.get(key);
    this.#declared.set(
      key,
      earlier === undefined
        ? { resource: placed, twins: [], source }
        : { ...earlier, twins: [...earlier.twins, { resource: placed, source }] },
    );
    const kind = `${id.group}/${id.kind}`;
    this.#ground.declare(id);
    this.#encrypted.declare(placed);
    const names = this.#declaredNames.get(kind) ?? new Set();
    this.#declaredNames.set(kind, names.add(id.name));
  }

  /** One placed copy per parsed resource, so that what is prepared for it is found again. */
  #placed(resource: Resource, id: ResourceId): Resource {
    const known = this.#placements.get(resource);
    if (known !== undefined && formatResourceId(known.id) === formatResourceId(id)) return known;
    const placed = { ...resource, id };
    this.#placements.set(resource, placed);
    return placed;
  }

  /** Everything to judge: declared resources in order of declaration, then live ones that may be too many. */
  keys(): readonly string[] {
    const keys = [...this.#declared.keys()];
    for (const resource of this.#index.all()) {
      const key = formatResourceId(resource.id);
      if (!this.#declared.has(key) && this.#mayBeExtra(resource)) keys.push(key);
    }
    return keys;
  }

  /** Which keys a changed live object makes worth another look: itself and what it is evidence for. */
  affectedBy(id: ResourceId): readonly string[] {
    return affectedBy(id, this.#index, this.#declared.keys());
  }

  declaredResource(key: string): Resource | undefined {
    return this.#declared.get(key)?.resource;
  }

  liveResource(id: ResourceId): Resource | undefined {
    return this.#index.get(id);
  }

  /** Takes what the audit log says of writers; answers the keys that are worth another look for it. */
  learnWriters(entries: readonly AuditEntry[]): readonly string[] {
    this.#writers.learn(entries);
    return [...this.#declared.values()].flatMap(({ resource: { id } }) =>
      entries.some((entry) => isAbout(entry, id)) ? formatResourceId(id) : [],
    );
  }

  /**
   * One verdict, or null when the key is neither declared nor an extra. `earlier` are versions of it at earlier revisions; `tried` is
   * what the server makes of it, where it was asked.
   */
  judge(
    key: string,
    now: string,
    earlier: readonly Resource[] = [],
    tried: TriedObject | null = null,
  ): ResourceReport | null {
    const report = this.#judge({ key, now, earlier, tried });
    const id = parseResourceId(key);
    return report === null || id === undefined ? report : this.#writers.sign(report, id);
  }

  #judge(question: JudgeQuestion): ResourceReport | null {
    const { key, earlier } = question;
    this.judgements++;
    const declared = this.#declared.get(key);
    if (declared === undefined) return this.#judgeUndeclared(key);
    const { resource, twins } = declared;
    const text = twins.length === 0 ? '' : formatJson(resource.body);
    if (twins.some((twin) => formatJson(twin.resource.body) !== text))
      return duplicateReport(resource, [declared, ...twins].map(placeOf));
    const objection = [declared, ...twins].flatMap(({ source }) => this.#ground.objection(source, resource.id) ?? []);
    if (objection.length > 0) return foreignReport(resource, objection);
    const doubt = this.#doubts.get(declared.source);
    if (doubt !== undefined) return undeterminedReport(resource, doubt);
    const live = this.#index.get(resource.id, resource.apiVersion);
    if (live === undefined) return this.#judgeAbsent(resource);
    if (live.metadataOnly === true)
      return undeterminedReport(resource, 'only its metadata was read so far: it was not declared before');
    const judged = withinGaps(
      judgeResource(resource, live, earlier, this.#context(question)),
      resource,
      this.#liveGaps,
    );
    return twins.length === 0 ? judged : { ...judged, notes: [...judged.notes, 'duplicate-declaration'] };
  }

  #context({ key, now, tried }: JudgeQuestion): JudgeContext {
    return {
      catalog: this.#catalog,
      index: this.#index,
      rules: this.#options.rules ?? [],
      now,
      unstable: this.#unstable.get(key) ?? new Set(),
      observed: this.#observed,
      tried,
      encrypted: this.#encrypted,
      key,
    };
  }

  #judgeAbsent(resource: Resource): ResourceReport {
    const gap = this.#liveGaps.find((candidate) => candidate.partial !== true && gapCovers(candidate, resource.id));
    if (gap !== undefined) return undeterminedReport(resource, `${gap.what}: ${gap.why}`);
    if (this.#encrypted.hasUnknownName(resource)) return undeterminedReport(resource, unknownName);
    const { validation } = prepare(resource, resource.apiVersion, this.#catalog);
    const report = judgeAbsent(resource, this.#deletions.get(formatResourceId(resource.id)));
    return { ...report, invalid: validation.invalid };
  }

  #judgeUndeclared(key: string): ResourceReport | null {
    const id = parseResourceId(key);
    const live = id === undefined ? undefined : this.#index.get(id);
    if (live === undefined || !this.#mayBeExtra(live)) return null;
    const oldHash = isOldHash(live, this.#declaredNames.get(`${live.id.group}/${live.id.kind}`) ?? new Set());
    return extraReport(live, oldHash);
  }

  /** Only on the ground that Git declares; never what controllers made, and never while Git itself has a gap there. */
  #mayBeExtra(resource: Resource): boolean {
    const { id } = resource;
    if (!this.#ground.covers(id)) return false;
    if (this.#desiredGaps.some((gap) => gapCovers(gap, id))) return false;
    return !isGenerated(resource, this.#index) && !this.#encrypted.isDecrypted(resource);
  }
}

function placeOf({ resource, source }: Declaration): string {
  return resource.origin === null ? source : `${source}: ${resource.origin.file}:${resource.origin.line}`;
}
