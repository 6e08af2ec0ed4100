import type { JsonObject } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { formatResourceId, parseResourceId, type ResourceId } from '../resource/resource-id.ts';
import { type DesiredSnapshot, type Gap, gapCovers, type LiveSnapshot } from '../resource/snapshot.ts';
import { unknownActor } from './attribute/attribute.ts';
import { isGenerated, isOldHash } from './describe/extra.ts';
import { mayBeAbsent, vanishesWhenFinished } from './describe/one-off.ts';
import { severityOfObject } from './describe/severity.ts';
import type { ResourceReport, Verdict } from './drift-report.ts';
import { judgeResource, type JudgeContext } from './judge-resource.ts';
import { affectedBy } from './affected.ts';
import { ResourceScope } from './resource-scope.ts';
import { SchemaCatalog } from './schema/schema-catalog.ts';
import { LiveIndex } from './subtract/live-index.ts';
import type { IgnoreRule } from './subtract/user-rules.ts';

export interface DriftOptions {
  /** Where declared objects without a namespace belong. */
  readonly defaultNamespace: string;
  readonly rules?: readonly IgnoreRule[];
}

interface Declared {
  readonly resource: Resource;
  /** Other declarations of the same object, when there are any. */
  readonly twins: readonly Resource[];
  readonly source: string;
}

/**
 * Holds both sides and judges resources one by one, so that one change costs one judgement. Pure: the same inputs give the same
 * verdicts; `now` is an argument.
 */
export class DriftSession {
  readonly #options: DriftOptions;
  #declared = new Map<string, Declared>();
  #declaredNames = new Map<string, Set<string>>();
  #owned = new Set<string>();
  #namespaces = new Set<string>();
  #index = new LiveIndex([]);
  #scope: ResourceScope;
  #catalog = new SchemaCatalog([], []);
  #openApi: readonly JsonObject[] = [];
  #liveGaps: readonly Gap[] = [];
  #desiredGaps: readonly Gap[] = [];
  #unstable = new Map<string, Set<string>>();
  /** Judgements made since the session began: a count, so that tests can prove that work follows change. */
  judgements = 0;

  constructor(options: DriftOptions) {
    this.#options = options;
    this.#scope = new ResourceScope([], options.defaultNamespace);
  }

  setLive(live: LiveSnapshot): void {
    this.#index = new LiveIndex(live.resources);
    this.#liveGaps = live.gaps;
    this.#openApi = live.openApi;
    this.#learnKinds();
  }

  /** What could not be read may change while the objects stay. */
  setLiveGaps(gaps: readonly Gap[]): void {
    this.#liveGaps = gaps;
  }

  updateLive(changed: readonly Resource[], deleted: readonly ResourceId[]): void {
    for (const resource of changed) this.#index.set(resource);
    for (const id of deleted) this.#index.delete(id);
    if ([...changed.map(({ id }) => id), ...deleted].some((id) => id.kind === 'CustomResourceDefinition'))
      this.#learnKinds();
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
    this.#owned = new Set();
    this.#namespaces = new Set();
    this.#unstable = new Map();
    this.#desiredGaps = snapshots.flatMap(({ gaps }) => gaps);
    for (const snapshot of snapshots) {
      for (const { resource, path } of snapshot.unstable) {
        const paths = this.#unstable.get(resource) ?? new Set();
        this.#unstable.set(resource, paths.add(path));
      }
      for (const resource of snapshot.resources) this.#declare(resource, snapshot.source);
    }
  }

  #declare(resource: Resource, source: string): void {
    const id = this.#scope.place(resource);
    const placed = id === resource.id ? resource : { ...resource, id };
    const key = formatResourceId(id);
    const earlier = this.#declared.get(key);
    this.#declared.set(
      key,
      earlier === undefined
        ? { resource: placed, twins: [], source }
        : { ...earlier, twins: [...earlier.twins, placed] },
    );
    const kind = `${id.group}/${id.kind}`;
    if (id.namespace !== '') {
      this.#owned.add(kind);
      this.#namespaces.add(id.namespace);
    }
    const names = this.#declaredNames.get(kind) ?? new Set();
    this.#declaredNames.set(kind, names.add(id.name));
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

  /** One verdict, or null when the key is neither declared nor an extra. `earlier` are versions of it at earlier revisions. */
  judge(key: string, now: string, earlier: readonly Resource[] = []): ResourceReport | null {
    this.judgements++;
    const declared = this.#declared.get(key);
    if (declared === undefined) return this.#judgeUndeclared(key);
    const { resource, twins } = declared;
    if (twins.some((twin) => JSON.stringify(twin.body) !== JSON.stringify(resource.body)))
      return duplicateReport(resource, twins);
    const live = this.#index.get(resource.id);
    if (live === undefined) return this.#judgeAbsent(resource);
    return this.#withPartialGaps(judgeResource(resource, live, earlier, this.#context(key, now)), resource.id);
  }

  #context(key: string, now: string): JudgeContext {
    return {
      catalog: this.#catalog,
      index: this.#index,
      rules: this.#options.rules ?? [],
      now,
      unstable: this.#unstable.get(key) ?? new Set(),
    };
  }

  #judgeAbsent(resource: Resource): ResourceReport {
    const gap = this.#liveGaps.find((candidate) => candidate.partial !== true && gapCovers(candidate, resource.id));
    if (gap !== undefined) return undeterminedReport(resource, `${gap.what}: ${gap.why}`);
    const excuse = mayBeAbsent(resource.body);
    if (excuse !== undefined) return wholeReport(resource, 'in-sync', { notes: [excuse] });
    if (vanishesWhenFinished(resource.body)) {
      return {
        ...undeterminedReport(
          resource,
          'a finished Job with a time to live vanishes, and its completion was not observed',
        ),
        notes: ['completed-ttl'],
      };
    }
    return {
      ...wholeReport(resource, 'drifted', {}),
      drift: 'missing',
      severity: severityOfObject(resource.id, 'missing'),
      actor: unknownActor('a deletion leaves no trace in the object'),
      origin: resource.origin,
    };
  }

  #judgeUndeclared(key: string): ResourceReport | null {
    const id = parseResourceId(key);
    const live = id === undefined ? undefined : this.#index.get(id);
    if (live === undefined || !this.#mayBeExtra(live)) return null;
    const oldHash = isOldHash(live, this.#declaredNames.get(`${live.id.group}/${live.id.kind}`) ?? new Set());
    return {
      ...wholeReport(live, 'drifted', { notes: oldHash ? ['old-hash'] : [] }),
      drift: 'extra',
      severity: oldHash ? 'info' : severityOfObject(live.id, 'extra'),
      actor: unknownActor('who created an object is not recorded in it'),
      origin: null,
    };
  }

  /** Only in the namespaces and kinds that Git declares, never what controllers made, and never while Git itself has a gap there. */
  #mayBeExtra(resource: Resource): boolean {
    const { id } = resource;
    if (id.namespace === '' || !this.#namespaces.has(id.namespace) || !this.#owned.has(`${id.group}/${id.kind}`))
      return false;
    if (this.#desiredGaps.some((gap) => gapCovers(gap, id))) return false;
    return !isGenerated(resource, this.#index);
  }

  #withPartialGaps(report: ResourceReport, id: ResourceId): ResourceReport {
    const partial = this.#liveGaps.find((gap) => gap.partial === true && gapCovers(gap, id));
    const stale = this.#liveGaps.find((gap) => gap.partial !== true && gapCovers(gap, id));
    if (stale !== undefined)
      return undeterminedReport(
        this.#declared.get(formatResourceId(id))?.resource ?? {
          id,
          apiVersion: report.apiVersion,
          body: {},
          origin: null,
        },
        `${stale.what}: ${stale.why}`,
      );
    if (partial === undefined) return report;
    const differences = report.differences.filter(({ path }) => path.startsWith('metadata'));
    const verdict: Verdict =
      differences.length > 0 ? 'drifted' : report.invalid.length > 0 ? 'invalid' : 'undetermined';
    return {
      ...report,
      differences,
      verdict,
      drift: differences.length > 0 ? 'changed' : null,
      undetermined: [...report.undetermined, { path: 'data', reason: `${partial.what}: ${partial.why}` }],
    };
  }
}

function wholeReport(resource: Resource, verdict: Verdict, lists: { notes?: readonly string[] }): ResourceReport {
  const { kind, namespace, name } = resource.id;
  return {
    apiVersion: resource.apiVersion,
    kind,
    namespace,
    name,
    verdict,
    drift: null,
    differences: [],
    suppressions: [],
    pending: [],
    invalid: [],
    undetermined: [],
    notes: lists.notes ?? [],
  };
}

function undeterminedReport(resource: Resource, reason: string): ResourceReport {
  return { ...wholeReport(resource, 'undetermined', {}), undetermined: [{ path: '', reason }] };
}

function duplicateReport(resource: Resource, twins: readonly Resource[]): ResourceReport {
  const places = [resource, ...twins].map(({ origin }) =>
    origin === null ? 'an unknown place' : `${origin.file}:${origin.line}`,
  );
  return {
    ...wholeReport(resource, 'invalid', { notes: ['duplicate-declaration'] }),
    invalid: [{ path: '', reason: `declared differently in ${places.join(' and ')}` }],
  };
}
