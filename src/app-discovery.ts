import { type AskedLive, type EngineObjects, readEngineObjects } from './app-engine-objects.ts';
import type { NotingRenderer } from './app-renderer.ts';
import { OpenedSources, type OpeningOptions } from './app-opened-sources.ts';
import type { PlacedSource } from './app-sources.ts';
import { discoverSources } from './collectors/discovery/discover-sources.ts';
import type { Discovery, GitAnswer } from './collectors/discovery/discovered-source.ts';
import { isEngineObject } from './collectors/discovery/discovery-kinds.ts';
import { engineGaps } from './collectors/discovery/engine-gaps.ts';
import { type DiscoveredBefore, lostSources, type LostSource } from './collectors/discovery/lost-sources.ts';
import { MemoryTree } from './collectors/discovery/render/memory-tree.ts';
import { TreeManifests } from './collectors/tree-manifests.ts';
import { asAppError } from './errors/app-error.ts';
import { formatJson } from './resource/json.ts';
import type { Resource } from './resource/resource.ts';
import { formatResourceId } from './resource/resource-id.ts';
import type { DesiredSnapshot, Gap } from './resource/snapshot.ts';

export interface DiscoveryOptions extends OpeningOptions {
  readonly live: AskedLive;
}

/** What the engines of the live side declare, opened. */
export interface DiscoveredEstate {
  /** The first has no objects: it carries what could not be discovered and which engines do not work. */
  readonly sources: readonly PlacedSource[];
  readonly discovery: Discovery;
  /** What of the live side could not be read, so that there may be more than was discovered. */
  readonly unread: readonly Gap[];
  /** All that the first source carries. */
  readonly gaps: readonly Gap[];
  /** What it was discovered from. */
  readonly engines: EngineObjects;
  /** What it declares as text, to tell two discoveries apart. */
  readonly says: string;
}

/** A second generator may depend on the answer to a first one, and that is as deep as they nest. */
const maxQuestionRounds = 4;

/** Finds what Argo CD and Flux declare on the live side, again and again. */
export class EngineDiscovery implements AsyncDisposable {
  readonly #options: DiscoveryOptions;
  readonly #opened: OpenedSources;
  readonly #notices: Notices;
  readonly #noticing: PlacedSource;
  readonly #kept = new Map<string, PlacedSource>();
  #before: DiscoveredBefore = { sources: [], lost: [], live: new Set() };

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#opened = new OpenedSources(options);
    this.#notices = new Notices(`engines of ${options.live.name}`, options.clock);
    this.#noticing = placed(this.#notices, 'default');
  }

  /** Sources built since the start: one for each definition that is new or changed. */
  get built(): number {
    return this.#opened.built;
  }

  /** What is declared now. Nothing changes before `take`. Throws AppError when the live side cannot be read at all. */
  async look(signal: AbortSignal): Promise<Found> {
    const engines = await readEngineObjects(this.#options.live, signal);
    const discovery = await this.#discover(engines, signal);
    const lost = lostSources(this.#before, discovery, liveIn(engines));
    const notices = lost.map(({ source, why }) => ({
      what: source.name,
      why: `it cannot be told any more what it declares (${why}); its last objects are kept and not judged`,
      remedy: 'Correct the engine object, or delete it',
      scope: { namespace: source.namespace },
    }));
    const gaps = [...engines.gaps, ...discovery.gaps, ...engineGaps(discovery.engines), ...notices];
    return { engines, discovery, lost, gaps, says: formatJson([discovery.sources, lost]) };
  }

  /** Opens what was found: only what is new or changed is built. */
  async take({ engines, discovery, lost, gaps, says }: Found): Promise<DiscoveredEstate> {
    const kept = lost.map((each) => this.#keep(each));
    const opened = await this.#opened.take(discovery.sources, engines);
    this.#options.rules.keepOnly(new Set(discovery.sources.map(({ name }) => name)));
    this.#notices.gaps = gaps;
    this.#before = { sources: discovery.sources, lost, live: liveIn(engines) };
    const sources = [this.#noticing, ...opened, ...kept];
    return { sources, discovery, unread: engines.gaps, gaps, engines, says };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }

  #keep({ source, why }: LostSource): PlacedSource {
    const good = this.#opened.lastGood(source.name);
    const known = this.#kept.get(source.name);
    if (good === null && known !== undefined) return known;
    const kept = placed(new KeptManifests(source.name, good, why, this.#options.clock), source.namespace);
    this.#kept.set(source.name, kept);
    return kept;
  }

  async #discover({ resources, gaps }: EngineObjects, signal: AbortSignal): Promise<Discovery> {
    const { access, clock } = this.#options;
    const answers = new Map<string, GitAnswer>();
    const input = { resources: unique(resources), gaps, now: clock().toISOString(), mappings: access.mappings };
    for (let round = 0; ; round += 1) {
      const discovery = discoverSources({ ...input, answers });
      if (discovery.questions.length === 0 || round === maxQuestionRounds) return inOrder(discovery);
      for (const question of discovery.questions) {
        answers.set(question.key, await this.#opened.repositories.answer(question, signal));
      }
    }
  }
}

function liveIn({ resources }: EngineObjects): ReadonlySet<string> {
  return new Set(resources.filter(isEngineObject).map(({ id }) => formatResourceId(id)));
}

/** What a look has found, before anything is opened. */
export interface Found {
  readonly engines: EngineObjects;
  readonly discovery: Discovery;
  readonly lost: readonly LostSource[];
  readonly gaps: readonly Gap[];
  readonly says: string;
}

/** Looks once. Throws AppError when the live side cannot be read at all. */
export async function discoverEstate(
  options: DiscoveryOptions,
  signal: AbortSignal,
): Promise<DiscoveredEstate & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const discovery = stack.use(new EngineDiscovery(options));
  const estate = await discovery.take(await discovery.look(signal));
  const opened = stack.move();
  return { ...estate, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Live objects come in any order, and that says nothing. */
function inOrder(discovery: Discovery): Discovery {
  const sources = discovery.sources.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return { ...discovery, sources };
}

/** Live sources may answer with more than they were asked for. */
function unique(resources: readonly Resource[]): readonly Resource[] {
  return [...new Map(resources.map((resource) => [JSON.stringify(resource.id), resource])).values()];
}

const noRenderer: NotingRenderer = {
  kind: 'plain',
  render: () => Promise.reject(asAppError(new TypeError('there is nothing to render'), 'render')),
};

function placed(manifests: TreeManifests, namespace: string): PlacedSource {
  const spec = { kind: 'directory', directory: '' } as const;
  const source = {
    spec,
    manifests,
    gitDirectory: null,
    renderer: noRenderer,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { source, namespace };
}

/** A source without files of its own. */
class Fileless extends TreeManifests {
  constructor(name: string, now: () => Date) {
    const tree = new MemoryTree(name, new Map());
    super({ name, tree, path: '', originFromPath: false, renderer: noRenderer, now });
  }
}

/** Carries what is to be said of the discovery itself. */
class Notices extends Fileless {
  gaps: readonly Gap[] = [];

  override async read(signal: AbortSignal): Promise<DesiredSnapshot> {
    return { ...(await super.read(signal)), gaps: this.gaps };
  }
}

/** What a source declared when it could be told last. The gap is among the notices. */
class KeptManifests extends Fileless {
  readonly #good: DesiredSnapshot | null;
  readonly #why: string;

  constructor(name: string, good: DesiredSnapshot | null, why: string, now: () => Date) {
    super(name, now);
    this.#good = good;
    this.#why = why;
  }

  override async read(signal: AbortSignal): Promise<DesiredSnapshot> {
    const empty = await super.read(signal);
    return this.#good === null ? empty : { ...this.#good, gaps: [], doubt: `${this.name}: ${this.#why}` };
  }
}
