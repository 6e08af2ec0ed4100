import { renderFileOf } from './collectors/plain-files.ts';
import type { ClusterFacts } from './collectors/render/cluster-facts.ts';
import type { ManifestRenderer, RenderInput, Rendering } from './collectors/render/manifest-renderer.ts';
import { asAppError } from './errors/app-error.ts';
import { formatJson } from './resource/json.ts';
import type { Gap } from './resource/snapshot.ts';

const noFacts: ClusterFacts = { kubeVersion: null, apiVersions: [] };
/** A cluster is asked at most this often, in milliseconds: kinds come and go rarely. */
const askEvery = 60_000;

interface Answer {
  readonly facts: ClusterFacts;
  readonly gap: Gap | null;
  /** Equal for answers that a chart cannot tell apart. */
  readonly key: string;
  readonly at: number;
}

/** `folder`: where the chart is in its tree. Throws AppError. */
type OpenRenderer = (facts: ClusterFacts, folder: string) => ManifestRenderer;

/** Renders charts for the cluster as it is, and notices when it has become another one. */
export class ClusterTeller implements ManifestRenderer {
  readonly #open: OpenRenderer;
  readonly #facts: (signal: AbortSignal) => Promise<ClusterFacts | null>;
  readonly #withGap = new WeakMap<Rendering, Rendering>();
  #opened: { readonly key: string; readonly renderer: ManifestRenderer } | undefined;
  #asked: Answer | undefined;

  /** `facts` answers null where there is no cluster to ask. */
  constructor(open: OpenRenderer, facts: (signal: AbortSignal) => Promise<ClusterFacts | null>) {
    this.#open = open;
    this.#facts = facts;
  }

  async render(input: RenderInput, signal: AbortSignal): Promise<Rendering> {
    const isChart = renderFileOf(input.entries, input.folder)?.kind === 'helm';
    const { facts, key, gap } = isChart ? await this.#ask(signal) : { facts: noFacts, key: '', gap: null };
    if (this.#opened?.key !== key) this.#opened = { key, renderer: this.#open(facts, input.folder) };
    const rendering = await this.#opened.renderer.render(input, signal);
    return gap === null ? rendering : this.#told(rendering, gap);
  }

  /** Whether the cluster is still the one that was rendered for. */
  async isCurrent(signal: AbortSignal): Promise<boolean> {
    return (await this.#ask(signal)).key === this.#opened?.key;
  }

  async #ask(signal: AbortSignal): Promise<Answer> {
    const now = performance.now();
    if (this.#asked !== undefined && now - this.#asked.at < askEvery) return this.#asked;
    const before = this.#asked;
    try {
      const facts = (await this.#facts(signal)) ?? noFacts;
      this.#asked = { facts, gap: null, key: formatJson(facts), at: now };
    } catch (error) {
      signal.throwIfAborted();
      // A cluster that does not answer for a while is the one it was.
      if (before !== undefined) return before;
      const { why, remedy } = asAppError(error, 'cannot ask the cluster');
      const what = 'the versions of the cluster';
      return { facts: noFacts, gap: { what, why, remedy, scope: {} }, key: `unknown: ${why}`, at: now };
    }
    return this.#asked;
  }

  /** The same rendering for the same rendering: whoever holds it must see that nothing changed. */
  #told(rendering: Rendering, gap: Gap): Rendering {
    const known = this.#withGap.get(rendering);
    if (known !== undefined) return known;
    const told = { ...rendering, gaps: [...rendering.gaps, gap] };
    this.#withGap.set(rendering, told);
    return told;
  }
}
