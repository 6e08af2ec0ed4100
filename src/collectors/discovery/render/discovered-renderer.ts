import { formatJson, type JsonObject, objectAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import { describeResourceId } from '../../../resource/resource-id.ts';
import type { Gap } from '../../../resource/snapshot.ts';
import { isSame } from '../../find-resource.ts';
import type { ManifestRenderer, RenderInput, Rendering } from '../../render/manifest-renderer.ts';
import { type HelmInput, ToolRenderer, type ToolRendererOptions } from '../../render/tool-renderer.ts';
import { unstablePaths } from '../../render/unstable-paths.ts';
import type { CommonMetadata, KustomizeEdits } from '../discovered-source.ts';
import { discoveryGap } from '../discovery-gap.ts';
import type { DiscoveredTree } from './discovered-tree.ts';
import { editKustomization } from './edit-kustomization.ts';
import { MemoryTree } from './memory-tree.ts';
import type { RenderPlan } from './plan-render.ts';
import type { RenderTurns } from './render-turns.ts';
import { substituteVariables } from './substitute-variables.ts';

export interface RenderTools extends Omit<ToolRendererOptions, 'helm'> {
  /** Shared by all sources. */
  readonly turns: RenderTurns;
}

const noHelm: HelmInput = { namespace: 'default', release: null, values: [], kubeVersion: null, apiVersions: [] };

/** The inputs change with the commit; the ones before serve what is asked of earlier revisions. */
const maxRenderers = 4;

/** Renders a discovered source as its engine does: with its values and changes, and with what it does to the result. */
export class DiscoveredRenderer implements ManifestRenderer {
  readonly #name: string;
  readonly #tree: DiscoveredTree;
  readonly #tools: RenderTools;
  readonly #renderers = new Map<string, ToolRenderer>();
  readonly #finished = new WeakMap<Rendering, Rendering>();

  constructor(name: string, tree: DiscoveredTree, tools: RenderTools) {
    this.#name = name;
    this.#tree = tree;
    this.#tools = tools;
  }

  async render(input: RenderInput, signal: AbortSignal): Promise<Rendering> {
    return await this.#tools.turns.run(() => this.#render(input, signal));
  }

  async #render(input: RenderInput, signal: AbortSignal): Promise<Rendering> {
    const plan = await this.#tree.plan(input.state, signal);
    const trees = await this.#tree.variants(input.state, signal);
    const renderer = this.#rendererFor(plan.helm ?? noHelm);
    const renderings: Rendering[] = [];
    for (const tree of trees) {
      const entries = await tree.list(input.state, input.folder, signal);
      renderings.push(await renderer.render({ ...input, tree, entries }, signal));
    }
    const [first, second] = renderings;
    if (first === undefined) throw new TypeError('a plan has an overlay');
    const known = this.#finished.get(first);
    if (known !== undefined) return known;
    const compared = second === undefined ? first : this.#withHidden(first, second);
    const finished = await this.#finish(compared, plan, signal);
    this.#finished.set(first, finished);
    return finished;
  }

  /** One renderer for each input, so that each remembers what it rendered. */
  #rendererFor(helm: HelmInput): ToolRenderer {
    const key = JSON.stringify(helm);
    const known = this.#renderers.get(key);
    if (known !== undefined) return known;
    const renderer = new ToolRenderer({ ...this.#tools, helm });
    const oldest = this.#renderers.keys().next();
    if (this.#renderers.size >= maxRenderers && oldest.done !== true) this.#renderers.delete(oldest.value);
    this.#renderers.set(key, renderer);
    return renderer;
  }

  /** What two stand-ins for an unreadable value make differ cannot be judged; an object whose name they make does not exist so. */
  #withHidden(first: Rendering, second: Rendering): Rendering {
    const isKnown = (resource: Resource): boolean => second.resources.some((other) => isSame(resource, other));
    const gaps: Gap[] = first.resources
      .filter((resource) => !isKnown(resource))
      .map(({ id }) =>
        discoveryGap(
          `${describeResourceId(id)} of ${this.#name}`,
          'whether it exists depends on a value of a Secret',
          'Keep names out of Secrets',
        ),
      );
    const resources = first.resources.filter(isKnown);
    return {
      ...first,
      resources,
      gaps: [...first.gaps, ...gaps],
      unstable: [...first.unstable, ...unstablePaths(resources, second.resources)],
    };
  }

  async #finish(rendering: Rendering, plan: RenderPlan, signal: AbortSignal): Promise<Rendering> {
    const posted = plan.postRender === null ? rendering : await this.#postRender(rendering, plan.postRender, signal);
    const { resources, gaps, unstable } =
      plan.substitution === null
        ? { resources: posted.resources, gaps: [], unstable: [] }
        : substituteVariables(posted.resources, plan.substitution, this.#name);
    const { metadata } = plan;
    return {
      ...posted,
      resources: metadata === null ? resources : resources.map((resource) => withMetadata(resource, metadata)),
      gaps: [...posted.gaps, ...gaps],
      unstable: [...posted.unstable, ...unstable],
    };
  }

  async #postRender(rendering: Rendering, edits: KustomizeEdits, signal: AbortSignal): Promise<Rendering> {
    const file = 'kustomization.yaml';
    const kustomization = editKustomization(
      { resources: ['all.yaml'] },
      edits,
      `postRenderers of ${this.#name}`,
      () => false,
    );
    const all = rendering.resources.map(({ body }) => formatJson(body)).join('\n---\n');
    const tree = new MemoryTree(
      this.#name,
      new Map([
        ['all.yaml', all],
        [file, formatJson(kustomization)],
      ]),
    );
    const state = await tree.newest();
    const entries = await tree.list(state, '');
    const rendered = await this.#rendererFor(noHelm).render({ tree, state, folder: '', entries }, signal);
    const originOf = (resource: Resource): Resource['origin'] =>
      rendering.resources.find((other) => isSame(resource, other))?.origin ?? null;
    return {
      ...rendering,
      resources: rendered.resources.map((resource) => ({ ...resource, origin: originOf(resource) })),
    };
  }
}

/** Labels and annotations that Flux writes over whatever an object says. */
function withMetadata(resource: Resource, { labels, annotations }: CommonMetadata): Resource {
  const metadata = objectAt(resource.body, 'metadata') ?? {};
  const over = (key: string, pairs: Readonly<Record<string, string>>): JsonObject =>
    Object.keys(pairs).length === 0 ? {} : { [key]: { ...objectAt(metadata, key), ...pairs } };
  const body = {
    ...resource.body,
    metadata: { ...metadata, ...over('labels', labels), ...over('annotations', annotations) },
  };
  return { ...resource, body };
}
