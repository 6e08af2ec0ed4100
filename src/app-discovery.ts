import { openRepositories, type RepositoryAccess, type SharedRepositories } from './app-repositories.ts';
import type { PlacedSource } from './app-sources.ts';
import type { NotingRenderer } from './app-renderer.ts';
import { discoverSources } from './collectors/discovery/discover-sources.ts';
import type { DiscoveredSource, Discovery, GitAnswer } from './collectors/discovery/discovered-source.ts';
import { engineGaps } from './collectors/discovery/engine-gaps.ts';
import {
  definedApiVersions,
  definitionKinds,
  installedEngineKinds,
  isEngineObject,
  supportingKinds,
} from './collectors/discovery/discovery-kinds.ts';
import { DiscoveredManifests } from './collectors/discovery/render/discovered-manifests.ts';
import { DiscoveredRenderer, type RenderTools } from './collectors/discovery/render/discovered-renderer.ts';
import { DiscoveredTree } from './collectors/discovery/render/discovered-tree.ts';
import { MemoryTree } from './collectors/discovery/render/memory-tree.ts';
import type { RuleBook } from './collectors/discovery/rule-book.ts';
import type { KindRef, LiveSource } from './collectors/live-source.ts';
import type { ClusterFacts } from './collectors/discovery/render/plan-render.ts';
import { TreeManifests } from './collectors/tree-manifests.ts';
import { ResourceScope } from './drift/resource-scope.ts';
import { asAppError } from './errors/app-error.ts';
import type { Resource } from './resource/resource.ts';
import { type JsonObject, stringAt } from './resource/json.ts';
import type { DesiredSnapshot, Gap, LiveSnapshot } from './resource/snapshot.ts';

export interface DiscoveryOptions {
  readonly live: LiveSource;
  readonly access: RepositoryAccess;
  /** Loaded when something has to be rendered. */
  readonly tools: () => Promise<RenderTools>;
  /** Gets the rules of the engines. */
  readonly rules: RuleBook;
  readonly clock: () => Date;
}

/** What the engines of the live side declare, opened. */
export interface DiscoveredEstate extends AsyncDisposable {
  /** The first has no objects: it carries what could not be discovered and which engines do not work. */
  readonly sources: readonly PlacedSource[];
  readonly discovery: Discovery;
  /** What of the live side could not be read, so that there may be more than was discovered. */
  readonly unread: readonly Gap[];
  /** All that the first source carries. */
  readonly gaps: readonly Gap[];
}

/** A second generator may depend on the answer to a first one, and that is as deep as they nest. */
const maxQuestionRounds = 4;

/** Finds what Argo CD and Flux declare on the live side. Throws AppError when the live side cannot be read at all. */
export async function discoverEstate(options: DiscoveryOptions, signal: AbortSignal): Promise<DiscoveredEstate> {
  const stack = new AsyncDisposableStack();
  const repositories = stack.use(openRepositories(options.access));
  const seen = await readEngineObjects(options.live, signal);
  const discovery = await discover(seen, { options, repositories }, signal);
  const cluster = { kubeVersion: seen.kubeVersion, apiVersions: definedApiVersions(seen.definitions) };
  const opening = { options, repositories, definitions: seen.definitions, cluster };
  const opened = await Promise.all(discovery.sources.map((source) => open(source, opening)));
  const gaps = [...seen.gaps, ...discovery.gaps, ...engineGaps(discovery.engines)];
  return {
    sources: [noticesOf(options, gaps), ...opened],
    discovery,
    unread: seen.gaps,
    gaps,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

interface EngineObjects {
  readonly resources: readonly Resource[];
  readonly definitions: readonly Resource[];
  readonly gaps: readonly Gap[];
  /** As the schemas of the cluster tell it; null where there are none. */
  readonly kubeVersion: string | null;
}

/** A kind that every cluster has: its schema tells the cluster's version. */
const versionKind: KindRef = { apiVersion: 'v1', kind: 'ConfigMap' };

async function readEngineObjects(live: LiveSource, signal: AbortSignal): Promise<EngineObjects> {
  const read = async (evidence: readonly KindRef[], declared: readonly KindRef[] = []): Promise<LiveSnapshot> =>
    await live.read({ declared, evidence }, signal);
  const first = await read(definitionKinds);
  const definitions = first.resources.filter(({ id }) => id.kind === 'CustomResourceDefinition');
  const kinds = installedEngineKinds(definitions, first.gaps);
  if (kinds.length === 0) {
    // A folder of dumps tells everything at once, and need not hold the definitions.
    const resources = first.resources.some(isEngineObject) ? first.resources : [];
    return { resources, definitions, gaps: [], kubeVersion: versionIn(first.openApi) };
  }
  const engines = await read(kinds);
  const gaps = engines.gaps.filter(({ partial }) => partial !== true);
  if (!engines.resources.some(isEngineObject)) return { resources: [], definitions, gaps, kubeVersion: null };
  const supporting = await read(supportingKinds(engines.resources), [versionKind]);
  const forbidden = supporting.gaps.filter(({ partial }) => partial !== true);
  return {
    resources: [...engines.resources, ...supporting.resources],
    definitions,
    gaps: [...gaps, ...forbidden],
    kubeVersion: versionIn(supporting.openApi),
  };
}

function versionIn(documents: readonly JsonObject[]): string | null {
  const versions = documents.flatMap((document) => stringAt(document, 'info', 'version') ?? []);
  return versions.find((version) => /^v?\d+\.\d+(?:\.\d+)?$/.test(version)) ?? null;
}

interface Opening {
  readonly options: DiscoveryOptions;
  readonly repositories: SharedRepositories;
}

async function discover(
  { resources, gaps }: EngineObjects,
  { options, repositories }: Opening,
  signal: AbortSignal,
): Promise<Discovery> {
  const answers = new Map<string, GitAnswer>();
  const now = options.clock().toISOString();
  const input = { resources: unique(resources), gaps, now, mappings: options.access.mappings };
  for (let round = 0; ; round += 1) {
    const discovery = discoverSources({ ...input, answers });
    if (discovery.questions.length === 0 || round === maxQuestionRounds) return discovery;
    for (const question of discovery.questions) answers.set(question.key, await repositories.answer(question, signal));
  }
}

/** Live sources may answer with more than they were asked for. */
function unique(resources: readonly Resource[]): readonly Resource[] {
  return [...new Map(resources.map((resource) => [JSON.stringify(resource.id), resource])).values()];
}

interface OpeningSource extends Opening {
  readonly definitions: readonly Resource[];
  readonly cluster: ClusterFacts;
}

async function open(
  source: DiscoveredSource,
  { options, repositories, definitions, cluster }: OpeningSource,
): Promise<PlacedSource> {
  const { spec, tree: base, gitDirectory } = await repositories.treeOf(source);
  const tree = new DiscoveredTree(source, base, cluster);
  const renderer = notingRenderer(source, tree, options.tools);
  const scope = new ResourceScope(definitions, source.namespace);
  const place = (resource: Resource): Resource['id'] => scope.place(resource);
  const manifests = new DiscoveredManifests({
    source,
    tree,
    renderer,
    place,
    told: (resources) => {
      const placed = resources.map((resource) => ({ ...resource, id: place(resource) }));
      options.rules.learn(source.name, source.rules, placed);
    },
    now: options.clock,
  });
  return {
    source: { spec, manifests, gitDirectory, renderer, [Symbol.asyncDispose]: () => Promise.resolve() },
    namespace: source.namespace,
  };
}

function notingRenderer(
  source: DiscoveredSource,
  tree: DiscoveredTree,
  tools: DiscoveryOptions['tools'],
): NotingRenderer {
  let opened: Promise<DiscoveredRenderer> | undefined;
  let kind: NotingRenderer['kind'] = 'plain';
  return {
    get kind() {
      return kind;
    },
    async render(input, signal) {
      kind = (await tree.plan(input.state, signal)).helm === null ? 'kustomize' : 'helm';
      opened ??= tools().then(
        (loaded) => new DiscoveredRenderer(source.name, tree, { ...loaded, kustomizeBeyondRoot: source.beyondRoot }),
      );
      return await (await opened).render(input, signal);
    },
  };
}

/** A source without objects that carries what is to be said of the discovery itself. */
class Notices extends TreeManifests {
  readonly #gaps: readonly Gap[];

  constructor(name: string, gaps: readonly Gap[], renderer: NotingRenderer, now: () => Date) {
    super({ name, tree: new MemoryTree(name, new Map()), path: '', originFromPath: false, renderer, now });
    this.#gaps = gaps;
  }

  override async read(signal: AbortSignal): Promise<DesiredSnapshot> {
    return { ...(await super.read(signal)), gaps: this.#gaps };
  }
}

function noticesOf({ live, clock }: DiscoveryOptions, gaps: readonly Gap[]): PlacedSource {
  const renderer: NotingRenderer = {
    kind: 'plain',
    render: () => Promise.reject(asAppError(new TypeError('there is nothing to render'), 'notices')),
  };
  const manifests = new Notices(`engines of ${live.name}`, gaps, renderer, clock);
  const spec = { kind: 'directory', directory: '' } as const;
  return {
    source: { spec, manifests, gitDirectory: null, renderer, [Symbol.asyncDispose]: () => Promise.resolve() },
    namespace: 'default',
  };
}
