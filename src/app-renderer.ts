import { posix } from 'node:path';
import { ClusterTeller } from './app-cluster-teller.ts';
import { findTool } from './app-tools.ts';
import type { ManifestRenderer, RenderInput, Rendering } from './collectors/render/manifest-renderer.ts';
import type { ClusterFacts } from './collectors/render/cluster-facts.ts';
import type { ToolRendererOptions } from './collectors/render/tool-renderer.ts';
import { renderFileOf } from './collectors/plain-files.ts';
import { renderRefused } from './collectors/render/refusal.ts';

/** How a source that is a chart is installed. */
export interface ChartSettings {
  /** Null: as `helm template` calls it. */
  readonly release: string | null;
  /** From the folder of the chart, or with a slash in front from the root of the tree. */
  readonly valueFiles: readonly string[];
}

export interface RendererSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kustomize: string | undefined;
  readonly helm: string | undefined;
  /** The namespace that Helm renders for. */
  readonly namespace: string;
  readonly chart: ChartSettings;
  /** What a chart is told of the cluster; null: there is none to ask. Throws AppError when it does not answer. */
  readonly facts: (signal: AbortSignal) => Promise<ClusterFacts | null>;
}

export interface NotingRenderer extends ManifestRenderer {
  /** How the source was read last; `plain` as long as nothing had to be rendered. */
  readonly kind: 'plain' | 'kustomize' | 'helm';
  /** What the source itself was rendered from, and what came out. */
  readonly last?: { readonly input: RenderInput; readonly rendering: Rendering } | undefined;
  /** Files of values besides the chart's own, from the root of the tree. */
  readonly valueFiles?: readonly string[];
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
      if (input.trial !== true) {
        kind = renderFileOf(input.entries, input.folder)?.kind ?? 'plain';
        last = { input, rendering };
      }
      return rendering;
    },
    get valueFiles() {
      return last === undefined || kind !== 'helm' ? [] : valueFilesIn(settings.chart, last.input.folder);
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
  const { namespace, chart, facts } = settings;
  const { release } = chart;
  const open = (cluster: ClusterFacts, folder: string): ManifestRenderer => {
    const values = valueFilesIn(chart, folder);
    return new ToolRenderer({ ...tools, helm: { namespace, release, values, ...cluster } });
  };
  return new ClusterTeller(open, facts);
}

/** Throws AppError `render-refused` for one outside the tree. */
function valueFilesIn({ valueFiles }: ChartSettings, folder: string): readonly string[] {
  return valueFiles.map((file) => {
    const path = posix.normalize(file.startsWith('/') ? file.slice(1) : posix.join(folder, file));
    if (path !== '..' && !path.startsWith('../')) return path;
    throw renderRefused(file, 'it leaves the tree', 'Correct sources[].helm.valueFiles');
  });
}

/** The programs that render, and what keeps them in. */
export async function rendererTools(
  settings: Omit<RendererSettings, 'namespace' | 'chart' | 'facts'>,
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
