import type { KindPhase, KindState, LiveFeed, LiveRequest, LiveSource } from '../../src/collectors/live-source.ts';
import type { ManifestSource } from '../../src/collectors/manifest-source.ts';
import type { AppError } from '../../src/errors/app-error.ts';
import type { JsonObject } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { formatResourceId, groupOf } from '../../src/resource/resource-id.ts';
import type { Gap } from '../../src/resource/snapshot.ts';
import { now } from './reports.ts';

export function configMap(name: string, data: Readonly<Record<string, string>>): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data };
}

function resourceOf(body: JsonObject, origin: Resource['origin']): Resource {
  const metadata = body['metadata'];
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const { name, namespace } = Object(metadata);
  const apiVersion = text(body['apiVersion']);
  const id = { group: groupOf(apiVersion), kind: text(body['kind']), namespace: text(namespace), name: text(name) };
  return { id, apiVersion, body, origin };
}

/** Manifests that a test changes at will. */
export class FakeManifests implements ManifestSource {
  readonly name: string = 'repo';
  reads = 0;
  revision = 'r1';
  error: AppError | null = null;
  readonly #bodies = new Map<string, JsonObject>();
  #changed: () => void = () => {};

  put(...bodies: readonly JsonObject[]): this {
    for (const body of bodies) this.#bodies.set(formatResourceId(resourceOf(body, null).id), body);
    return this;
  }

  drop(key: string): void {
    this.#bodies.delete(key);
  }

  tell(): void {
    this.#changed();
  }

  read(): ReturnType<ManifestSource['read']> {
    this.reads += 1;
    if (this.error !== null) return Promise.reject(this.error);
    const resources = [...this.#bodies.values()].map((body, index) =>
      resourceOf(body, { file: 'all.yaml', line: index + 1 }),
    );
    return Promise.resolve({
      source: this.name,
      revision: this.revision,
      resources,
      gaps: [],
      unstable: [],
      readAt: now,
    });
  }

  earlier(): ReturnType<ManifestSource['earlier']> {
    return Promise.resolve([]);
  }

  lineOf(): number | null {
    return 42;
  }

  watch(changed: () => void): Promise<void> {
    this.#changed = changed;
    return Promise.resolve();
  }
}

/** A live side that a test changes at will; kinds have phases as the real one has. */
export class FakeLive implements LiveSource {
  readonly name: string = 'cluster';
  failures: unknown[] = [];
  requests: LiveRequest[] = [];
  stopped = false;
  readonly #bodies = new Map<string, JsonObject>();
  readonly #phases = new Map<string, KindPhase>();
  #changed: Parameters<LiveSource['watch']>[1] = () => {};

  put(...bodies: readonly JsonObject[]): this {
    const resources = bodies.map((body) => resourceOf(body, null));
    for (const { id, body } of resources) this.#bodies.set(formatResourceId(id), body);
    this.#changed(resources.map(({ id }) => id));
    return this;
  }

  remove(body: JsonObject): void {
    const { id } = resourceOf(body, null);
    this.#bodies.delete(formatResourceId(id));
    this.#changed([id]);
  }

  /** Tells of a change to this object although nothing in it matters. */
  touch(body: JsonObject): void {
    this.#changed([resourceOf(body, null).id]);
  }

  phase(kind: string, phase: KindPhase): void {
    this.#phases.set(kind, phase);
  }

  read(): ReturnType<LiveSource['read']> {
    return Promise.resolve(this.#snapshot());
  }

  watch(request: LiveRequest, changed: Parameters<LiveSource['watch']>[1]): Promise<LiveFeed> {
    this.requests.push(request);
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    this.#changed = changed;
    return Promise.resolve({
      snapshot: () => this.#snapshot(),
      find: (id) => this.#snapshot().resources.find((one) => formatResourceId(one.id) === formatResourceId(id)),
      states: () => this.#states(),
      follow: (next) => {
        this.requests.push(next);
        return Promise.resolve();
      },
      stop: () => {
        this.stopped = true;
        return Promise.resolve();
      },
    });
  }

  #snapshot(): Awaited<ReturnType<LiveSource['read']>> {
    const gaps = [...this.#phases].flatMap(([kind, phase]): Gap[] =>
      phase === 'synced' ? [] : [{ what: kind, why: phase, remedy: 'Wait', scope: { kind } }],
    );
    const resources = [...this.#bodies.values()].map((body) => resourceOf(body, null));
    return { source: this.name, resources, gaps, readAt: now, openApi: [] };
  }

  #states(): KindState[] {
    const state = { since: now, reason: '', objects: 0, lastEventAt: null, lastListAt: null, relists: 0 };
    return [...this.#phases].map(([kind, phase]) => ({ ...state, kind: { apiVersion: 'v1', kind }, phase }));
  }
}
