import { setTimeout as sleep } from 'node:timers/promises';
import type { KindRef, LiveFeed, LiveRequest } from '../../collectors/live-source.ts';
import type { Resource } from '../../resource/resource.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { Gap, LiveSnapshot } from '../../resource/snapshot.ts';
import { type Discovery, discoverKinds } from '../discovery/discover-kinds.ts';
import { describeKind, isSameCollection, kindKey, wholeKind } from '../discovery/served-kind.ts';
import { poisonGap, secretDataGap, unknownKindGap } from '../list/kind-gaps.ts';
import { isSecret } from '../list/live-object.ts';
import { linkAbort } from '../linked-abort.ts';
import { groupVersionsOf, isMissed, kindsOf } from '../list/requested-kinds.ts';
import type { OpenApiReader } from '../openapi-documents.ts';
import { type ChangeCollector, createChangeCollector } from './change-collector.ts';
import { Reflector } from './reflector.ts';
import type { ReflectorSink, Speaker } from './reflector-sink.ts';
import type { KindOptions, ReflectorOptions } from './reflector-options.ts';
import { SchemaKeeper } from './schema-keeper.ts';
import { unsyncedGap } from './unsynced-gap.ts';
import { KindLedger, type WatchedKindState } from './watched-kind.ts';

export interface FeedOptions extends ReflectorOptions {
  readonly source: string;
  readonly openApi: OpenApiReader;
  /** How often discovery and schemas are asked for changes; an unchanged answer is a few bytes. */
  readonly discoveryMs: number;
  /** How long it takes to prove once for every kind that cache and server are equal. */
  readonly auditMs: number;
  /** How long a watch has time to come as far as a list before it counts as behind. */
  readonly settleMs: number;
  /** How long discovery may take before the way to the server is taken for dead. */
  readonly answerMs: number;
  /** Hears of exceptions of the consumer and of rediscovery that failed; both are survived. */
  readonly onFault: (what: string, error: unknown) => void;
}

const looksPerSchemaRead = 3;

interface Watched {
  readonly reflector: Reflector;
  readonly done: Promise<void>;
}

/** Several kinds of one cluster kept current. Made by `createFeed`, ended by `stop`. */
export class KubernetesFeed implements LiveFeed {
  readonly #options: FeedOptions;
  readonly #changes: ChangeCollector;
  readonly #stop = new AbortController();
  readonly #watched = new Map<string, Watched>();
  /** Kinds that were asked for and that the server does not know, with how long already. */
  readonly #unknown = new Map<string, { readonly ref: KindRef; readonly ledger: KindLedger }>();
  readonly #quiet = new Set<Speaker>();
  readonly #schemas: SchemaKeeper;
  #request: LiveRequest = { declared: [], evidence: [] };
  #discovery: Discovery;
  #isLookingAgain = false;
  /** Discovery got no answer when it last asked. */
  #isUnheard = false;
  #looks = 0;
  #work: Promise<void> = Promise.resolve();
  #rhythm: Promise<unknown> = Promise.resolve();

  constructor(options: FeedOptions, discovery: Discovery, changed: (ids: readonly ResourceId[]) => void) {
    this.#options = options;
    this.#discovery = discovery;
    this.#schemas = new SchemaKeeper(options.openApi, this.#stop.signal);
    this.#changes = createChangeCollector(changed, (error) => options.onFault('a consumer of changes failed', error));
  }

  /** Begins to look for new, changed and vanished kinds. */
  start(): void {
    this.#rhythm = Promise.all([this.#lookAgainRegularly(), this.#auditRegularly()]);
  }

  snapshot(): LiveSnapshot {
    const reflectors = [...this.#watched.values()].map(({ reflector }) => reflector);
    let resources: readonly Resource[] | undefined;
    return {
      source: this.#options.source,
      readAt: this.#options.clock().toISOString(),
      // A round that follows one event asks for gaps only.
      get resources() {
        resources ??= reflectors.flatMap((reflector) => reflector.resources());
        return resources;
      },
      gaps: [...this.#gaps(reflectors)],
      openApi: this.#schemas.documents,
    };
  }

  find(id: ResourceId): Resource | undefined {
    for (const { reflector } of this.#watched.values()) {
      const { group, kind } = reflector.served;
      const found = group === id.group && kind === id.kind ? reflector.find(id) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  *#gaps(reflectors: readonly Reflector[]): Generator<Gap> {
    for (const { ref } of this.#unknown.values()) {
      if (isMissed(ref, this.#request, this.#discovery)) yield unknownKindGap(ref, this.#discovery);
    }
    for (const reflector of reflectors) {
      const { served, poisoned } = reflector;
      if (reflector.phase !== 'synced') yield unsyncedGap(reflector);
      if (poisoned > 0) yield poisonGap(served, poisoned);
      if (isSecret(served) && !this.#options.readSecrets) yield secretDataGap;
    }
    yield* this.#schemas.gaps;
  }

  states(): readonly WatchedKindState[] {
    const known = [...this.#watched.values()].map(({ reflector }) => reflector.state());
    const unknown = [...this.#unknown.values()]
      .filter(({ ref }) => isMissed(ref, this.#request, this.#discovery))
      .map(({ ref, ledger }) => ledger.state(ref, 0, ''));
    return [...known, ...unknown];
  }

  follow(request: LiveRequest): Promise<void> {
    const work = this.#work.then(async () => {
      this.#request = request;
      await this.#rediscoverIfNeeded();
      // Whoever follows a kind looks at all of it afterwards; its first list is no news.
      await Promise.all([this.#adapt(true), this.#readSchemas()]);
    });
    this.#work = work.catch(() => {});
    return work;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#changes.stop();
    const watched = [...this.#watched.values()];
    for (const { reflector } of watched) reflector.stop();
    await Promise.allSettled([...watched.map(({ done }) => done), this.#rhythm, this.#work, this.#schemas.done]);
  }

  /** A kind that discovery did not name when it was last asked may have come since. */
  async #rediscoverIfNeeded(): Promise<void> {
    const refs = kindsOf(this.#request);
    if (refs.every((ref) => this.#discovery.kinds.has(kindKey(ref)))) return;
    await this.#rediscover();
  }

  async #rediscover(): Promise<boolean> {
    const refs = kindsOf(this.#request);
    using limited = linkAbort(this.#stop.signal, this.#options.answerMs);
    try {
      const found = await discoverKinds(
        this.#options.connection,
        groupVersionsOf(refs),
        this.#discovery,
        limited.signal,
      );
      this.#options.pulse.beat();
      if (this.#isUnheard) this.#abandonDeadPaths();
      const isNew = found !== this.#discovery;
      this.#discovery = found;
      return isNew;
    } catch (error) {
      // What was known stays known: a server that is down has not lost its kinds.
      if (this.#stop.signal.aborted) return false;
      if (!this.#isUnheard) this.#options.onFault('discovery failed', error);
      this.#isUnheard = true;
      // This request is also our echo sounder: a watch that is silent as well may hang on a connection that died unheard.
      for (const { reflector } of this.#watched.values()) reflector.suspect(this.#options.answerMs);
      return false;
    }
  }

  /** The server answers again: what still hangs on a dead connection need not wait for its own time limit. */
  #abandonDeadPaths(): void {
    this.#isUnheard = false;
    for (const { reflector } of this.#watched.values()) if (reflector.phase !== 'synced') reflector.suspect(0);
  }

  /** Starts and stops reflectors so that they fit the request and the discovery; resolves when the new ones are settled. */
  async #adapt(isQuiet: boolean): Promise<void> {
    const wanted = new Map(kindsOf(this.#request).map((ref) => [kindKey(ref), ref]));
    for (const [key, { reflector }] of this.#watched) {
      const served = this.#discovery.kinds.get(key);
      if (wanted.has(key) && served !== undefined && isSameCollection(served, reflector.served)) {
        reflector.declare(this.#optionsOf(reflector.served).declaredNames);
        continue;
      }
      reflector.stop();
      this.#watched.delete(key);
      // Everything it held is now unknown, or about to be listed anew.
      if (wanted.has(key)) this.#changes.add(reflector.ids());
    }
    for (const [key, ref] of wanted) if (!this.#watched.has(key)) this.#begin(key, ref, isQuiet);
    for (const key of this.#unknown.keys()) if (!wanted.has(key)) this.#unknown.delete(key);
    const { signal } = this.#stop;
    await Promise.all([...this.#watched.values()].map(({ reflector }) => reflector.settled));
    signal.throwIfAborted();
  }

  #begin(key: string, ref: KindRef, isQuiet: boolean): void {
    const served = this.#discovery.kinds.get(key);
    if (served === undefined) {
      if (this.#unknown.has(key)) return;
      const ledger = new KindLedger(this.#options.clock());
      ledger.enter('gone', 'the server does not know this kind', this.#options.clock());
      this.#unknown.set(key, { ref, ledger });
      if (!isQuiet) this.#changes.add([wholeKind(ref)]);
      return;
    }
    this.#unknown.delete(key);
    const reflector = new Reflector(served, { ...this.#options, ...this.#optionsOf(ref) }, this.#sink);
    if (isQuiet) {
      this.#quiet.add(reflector);
      void reflector.settled.then(() => this.#quiet.delete(reflector));
    }
    this.#watched.set(key, { reflector, done: reflector.run() });
  }

  #optionsOf(ref: KindRef): KindOptions {
    const { statuses, masses } = this.#request;
    const isSame = (other: KindRef): boolean => kindKey(other) === kindKey(ref);
    const names = masses?.find(isSame)?.names;
    return { isStatusNews: statuses?.some(isSame) ?? true, declaredNames: names === undefined ? null : new Set(names) };
  }

  readonly #sink: ReflectorSink = {
    changed: (ids, reflector) => {
      if (!this.#quiet.has(reflector)) this.#changes.add(ids);
    },
    phaseChanged: (reflector) => {
      if (!this.#quiet.has(reflector)) this.#changes.add([...reflector.ids(), wholeKind(reflector.served)]);
    },
    wentBack: ({ served }, from, to) => {
      const why = `the API server denies version ${from} and is at ${to}, as after a restored etcd; everything was read anew`;
      this.#options.onFault(`the history of ${describeKind(served)} went back`, new Error(why));
    },
    lost: () => this.#lookAgain(),
  };

  #readSchemas(): Promise<void> {
    return this.#schemas.read(groupVersionsOf(this.#request.declared));
  }

  async #lookAgainRegularly(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { discoveryMs, random } = this.#options;
      await sleep(discoveryMs * (0.75 + random() / 2), undefined, { signal, ref: false }).catch(() => {});
      if (!signal.aborted) this.#lookAgain();
      await this.#work;
    }
  }

  /** One kind after the other, so that a whole turn takes `auditMs`. */
  async #auditRegularly(): Promise<void> {
    const { signal } = this.#stop;
    const { auditMs, random } = this.#options;
    while (!signal.aborted) {
      const reflectors = [...this.#watched.values()].map(({ reflector }) => reflector);
      for (const reflector of [...reflectors, undefined]) {
        const pauseMs = (auditMs / (reflectors.length + 1)) * (0.75 + random() / 2);
        await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
        if (!signal.aborted && reflector !== undefined) await this.#audit(reflector);
      }
    }
  }

  async #audit(reflector: Reflector): Promise<void> {
    try {
      const wrong = await reflector.audit(this.#options.settleMs);
      if (wrong.length === 0) return;
      const what = `the cache of ${describeKind(reflector.served)} differed from the server`;
      this.#options.onFault(what, new Error(wrong.slice(0, 10).join(', ')));
    } catch {
      // The server did not answer: the watches say so themselves, and the next turn asks again.
    }
  }

  /** Asks discovery once more, soon; several reasons at the same moment make one request. */
  #lookAgain(): void {
    if (this.#isLookingAgain || this.#stop.signal.aborted) return;
    this.#isLookingAgain = true;
    this.#looks += 1;
    // A schema may change while its kind stays; its index has no ETag, so it is read less often.
    const isSchemaDue = this.#looks % looksPerSchemaRead === 0 || this.#schemas.gaps.length > 0;
    const work = this.#work.then(async () => {
      this.#isLookingAgain = false;
      const isNew = await this.#rediscover();
      if (this.#isUnheard) return;
      // Schemas are large and may take their time; looking for dead paths must not wait for them.
      if (isNew || isSchemaDue) void this.#readSchemas();
      if (isNew) await this.#adapt(false);
    });
    this.#work = work.catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.onFault('adapting to new kinds failed', error);
    });
  }
}
