import type { FileTree, TreeState } from '../../file-tree.ts';
import type { DiscoveredSource } from '../discovered-source.ts';
import { type Overlay, OverlaidTree } from './overlaid-tree.ts';
import type { ClusterFacts } from '../../render/cluster-facts.ts';
import { planRender, type RenderPlan } from './plan-render.ts';

const maxPlans = 20;

/** The tree of a discovered source as its engine would see it, and the plan by which each state of it is rendered. */
export class DiscoveredTree extends OverlaidTree {
  readonly #source: DiscoveredSource;
  readonly #base: FileTree;
  readonly #cluster: ClusterFacts;
  readonly #plans: Map<string, Promise<RenderPlan>>;

  constructor(source: DiscoveredSource, base: FileTree, cluster: ClusterFacts) {
    super(base, async (state, signal) => firstOf(await this.plan(state, signal)));
    this.#source = source;
    this.#base = base;
    this.#cluster = cluster;
    this.#plans = new Map();
  }

  override async newest(signal: AbortSignal): Promise<TreeState> {
    // What a folder holds can change while its state has no name; a plan of it is good for one reading.
    this.#plans.delete('');
    return await super.newest(signal);
  }

  /** Throws AppError `render-failed` or `render-refused`. */
  async plan(state: TreeState, signal: AbortSignal): Promise<RenderPlan> {
    const key = state.revision ?? '';
    const known = this.#plans.get(key);
    if (known !== undefined) return await known;
    const planned = planRender(this.#source, this.#base, state, { cluster: this.#cluster, signal });
    this.#plans.set(key, planned);
    planned.catch(() => this.#plans.delete(key));
    const oldest = this.#plans.keys().next();
    if (this.#plans.size > maxPlans && oldest.done !== true) this.#plans.delete(oldest.value);
    return await planned;
  }

  /** The tree with each of the plan's overlays: one, or two that differ in what stands in for unreadable values. */
  async variants(state: TreeState, signal: AbortSignal): Promise<readonly FileTree[]> {
    const { overlays } = await this.plan(state, signal);
    return overlays.map((overlay) => new OverlaidTree(this.#base, () => Promise.resolve(overlay)));
  }
}

function firstOf({ overlays }: RenderPlan): Overlay {
  return overlays[0] ?? { files: new Map(), hides: () => false };
}
