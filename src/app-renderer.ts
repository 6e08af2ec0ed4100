import { ClusterTeller } from './app-cluster-teller.ts';
import { findTool } from './app-tools.ts';
import type { ManifestRenderer, RenderInput, Rendering } from './collectors/render/manifest-renderer.ts';
import type { ClusterFacts } from './collectors/render/cluster-facts.ts';
import type { ToolRendererOptions } from './collectors/render/tool-renderer.ts';
import { renderFileOf } from './collectors/plain-files.ts';

export interface RendererSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kustomize: string | undefined;
  readonly helm: string | undefined;
  /** The namespace that Helm renders for. */
  readonly namespace: string;
  /** What a chart is told of the cluster; null: there is none to ask. Throws AppError when it does not answer. */
  readonly facts: (signal: AbortSignal) => Promise<ClusterFacts | null>;
}

export interface NotingRenderer extends ManifestRenderer {
  /** How the source was read last; `plain` as long as nothing had to be rendered. */
  readonly kind: 'plain' | 'kustomize' | 'helm';
  /** What the source itself was rendered from, and what came out. */
  readonly last?: { readonly input: RenderInput; readonly rendering: Rendering } | undefined;
}

/** The real tools, looked for and loaded when the source turns out to need rendering. One for each source. */
export function createRenderer(settings: RendererSettings): NotingRenderer {
  let opened: Promise<ClusterTeller> | undefined;
  let kind: NotingRenderer['kind'] = 'plain';
  let last: NotingRenderer['last'];
  return {
    get kind() {
      return kind;
    },
    get last() {
      return last;
    },
    async render(input, signal) {
      opened ??= openRenderer(settings);
      const rendering = await (await opened).render(input, signal);
      // A rendering of a trial tree says nothing about the source.
      if (last === undefined || last.input.tree === input.tree) {
        kind = renderFileOf(input.entries, input.folder)?.kind ?? 'plain';
        last = { input, rendering };
      }
      return rendering;
    },
    async isCurrent(signal) {
      return kind !== 'helm' || opened === undefined || (await (await opened).isCurrent(signal));
    },
  };
}

async function openRenderer(settings: RendererSettings): Promise<ClusterTeller> {
  const [{ ToolRenderer }, tools] = await Promise.all([
    import('./collectors/render/tool-renderer.ts'),
    rendererTools(settings),
  ]);
  const { namespace, facts } = settings;
  const open = (cluster: ClusterFacts): ManifestRenderer =>
    new ToolRenderer({ ...tools, helm: { namespace, release: null, values: [], ...cluster } });
  return new ClusterTeller(open, facts);
}

/** The programs that render, and what keeps them in. */
export async function rendererTools(
  settings: Omit<RendererSettings, 'namespace' | 'facts'>,
): Promise<Omit<ToolRendererOptions, 'helm'>> {
  const { env, kustomize, helm } = settings;
  const { Sandbox, defaultLimits } = await import('./collectors/render/sandbox.ts');
  return {
    sandbox: new Sandbox({ searchPath: env['PATH'] ?? '', limits: defaultLimits }),
    tools: {
      kustomize: (await findTool('kustomize', { configured: kustomize, env })) ?? null,
      helm: (await findTool('helm', { configured: helm, env })) ?? null,
      kubectl: (await findTool('kubectl', { configured: undefined, env })) ?? null,
    },
  };
}
