import type { RepositoryAccess } from './app-repositories.ts';
import { openRepositories, type SharedRepositories } from './app-repositories.ts';
import type { NotingRenderer } from './app-renderer.ts';
import type { PlacedSource } from './app-sources.ts';
import type { DiscoveredSource } from './collectors/discovery/discovered-source.ts';
import { DiscoveredManifests } from './collectors/discovery/render/discovered-manifests.ts';
import { DiscoveredRenderer, type RenderTools } from './collectors/discovery/render/discovered-renderer.ts';
import { DiscoveredTree } from './collectors/discovery/render/discovered-tree.ts';
import type { RuleBook } from './collectors/discovery/rule-book.ts';
import type { ClusterFacts } from './collectors/render/cluster-facts.ts';
import { ResourceScope } from './drift/resource-scope.ts';
import { formatJson } from './resource/json.ts';
import type { Resource } from './resource/resource.ts';
import type { DesiredSnapshot } from './resource/snapshot.ts';

export interface OpeningOptions {
  readonly access: RepositoryAccess;
  /** Loaded when something has to be rendered. */
  readonly tools: () => Promise<RenderTools>;
  /** Gets the rules of the engines. */
  readonly rules: RuleBook;
  readonly clock: () => Date;
}

/** What sources depend on besides their own definition. */
export interface Surroundings {
  readonly definitions: readonly Resource[];
  readonly cluster: ClusterFacts;
}

interface Held {
  /** What the engine object says, as text. */
  readonly says: string;
  readonly facts: string;
  readonly placed: PlacedSource;
  readonly manifests: DiscoveredManifests;
}

/** Opened sources by name. One whose definition stays is not opened again: it keeps what it has parsed and rendered. */
export class OpenedSources implements AsyncDisposable {
  readonly #options: OpeningOptions;
  readonly repositories: SharedRepositories;
  #held: ReadonlyMap<string, Held> = new Map();
  #definitions: readonly Resource[] = [];
  #before: readonly DiscoveredSource[] = [];
  /** Sources built since the start; tests hold it to the number of changed definitions. */
  built = 0;

  constructor(options: OpeningOptions) {
    this.#options = options;
    this.repositories = openRepositories(options.access);
  }

  /** These sources and no others, opened. Never fails: what cannot be opened fails when it is read. */
  async take(sources: readonly DiscoveredSource[], around: Surroundings): Promise<readonly PlacedSource[]> {
    this.#definitions = around.definitions;
    const facts = formatJson([around.cluster.kubeVersion, around.cluster.apiVersions]);
    const before = this.#held;
    const held = await Promise.all(
      sources.map(async (source) => {
        const says = formatJson(source);
        const known = before.get(source.name);
        if (known?.says === says && (known.facts === facts || known.placed.source.renderer.kind !== 'helm'))
          return known;
        return { says, facts, ...(await this.#open(source, around.cluster, known?.manifests.lastGood ?? null)) };
      }),
    );
    this.#held = new Map(held.map((each) => [each.manifests.name, each]));
    // Somebody may still read what the sources before were made from.
    await this.repositories.keepOnly([...sources, ...this.#before]);
    this.#before = sources;
    return held.map(({ placed }) => placed);
  }

  /** What a source of this name declared when it could be read last; null: never, or there is none. */
  lastGood(name: string): DesiredSnapshot | null {
    return this.#held.get(name)?.manifests.lastGood ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.repositories[Symbol.asyncDispose]();
  }

  async #open(
    source: DiscoveredSource,
    cluster: ClusterFacts,
    before: DesiredSnapshot | null,
  ): Promise<Pick<Held, 'placed' | 'manifests'>> {
    this.built += 1;
    const { tools, rules, clock } = this.#options;
    const { spec, tree: base, gitDirectory } = await this.repositories.treeOf(source);
    const tree = new DiscoveredTree(source, base, cluster);
    const renderer = notingRenderer(source, tree, tools);
    const place = this.#placing(source.namespace);
    const manifests = new DiscoveredManifests({
      source,
      tree,
      renderer,
      place,
      before,
      told: (resources) => {
        const placed = resources.map((resource) => ({ ...resource, id: place(resource) }));
        rules.learn(source.name, source.rules, placed);
      },
      now: clock,
    });
    const opened = { spec, manifests, gitDirectory, renderer, [Symbol.asyncDispose]: () => Promise.resolve() };
    return { placed: { source: opened, namespace: source.namespace }, manifests };
  }

  /** By the definitions of the cluster as they are at the time. */
  #placing(namespace: string): (resource: Resource) => Resource['id'] {
    let made: { readonly from: readonly Resource[]; readonly scope: ResourceScope } | undefined;
    return (resource) => {
      if (made?.from !== this.#definitions) {
        made = { from: this.#definitions, scope: new ResourceScope(this.#definitions, namespace) };
      }
      return made.scope.place(resource);
    };
  }
}

function notingRenderer(
  source: DiscoveredSource,
  tree: DiscoveredTree,
  tools: OpeningOptions['tools'],
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
