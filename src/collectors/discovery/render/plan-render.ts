import type { FileTree, TreeEntry, TreeState } from '../../file-tree.ts';
import { renderFileOf } from '../../plain-files.ts';
import { renderFailed, renderRefused } from '../../render/refusal.ts';
import type { ClusterFacts } from '../../render/cluster-facts.ts';
import type { HelmInput } from '../../render/tool-renderer.ts';
import { TreeReader } from '../../render/tree-reader.ts';
import { buildVariables } from '../argo/build-variables.ts';
import { type ArgoFolder, argoRendering } from '../argo/argo-render.ts';
import {
  type CommonMetadata,
  type DirectoryWanted,
  type DiscoveredSource,
  type HelmWanted,
  type KustomizeEdits,
  type KustomizeWanted,
  mountPath,
  type Substitution,
} from '../discovered-source.ts';
import { hidesFromDirectory } from './directory-files.ts';
import { editKustomization, generateKustomization, isEmptyEdit } from './edit-kustomization.ts';
import { hiddenStandIns } from './hidden-values.ts';
import { mergeOverrides } from './argo-overrides.ts';
import type { Overlay } from './overlaid-tree.ts';
import { ignoresPath } from './source-ignore.ts';

/** How one state of a source is rendered: what to lay over its tree, what to tell Helm, and what to do with the result. */
export interface RenderPlan {
  /** One overlay; two when values are stood in for, whose results are compared. */
  readonly overlays: readonly Overlay[];
  readonly helm: HelmInput | null;
  readonly substitution: Substitution | null;
  readonly postRender: KustomizeEdits | null;
  readonly metadata: CommonMetadata | null;
}

interface Planning {
  readonly source: DiscoveredSource;
  readonly reader: TreeReader;
  readonly entries: readonly TreeEntry[];
  readonly cluster: ClusterFacts;
}

const nothing = { helm: null, substitution: null, postRender: null, metadata: null } as const;

/** Plans the rendering of a state of the source's tree. Throws AppError `render-failed` or `render-refused`. */
export async function planRender(
  source: DiscoveredSource,
  tree: FileTree,
  state: TreeState,
  { cluster, signal }: { readonly cluster: ClusterFacts; readonly signal: AbortSignal },
): Promise<RenderPlan> {
  const reader = new TreeReader(tree, state, signal);
  const planning = { source, reader, entries: await reader.list(source.location.path), cluster };
  const { render } = source;
  switch (render.kind) {
    case 'argo':
      return await planArgo(planning, state);
    case 'directory':
      return planDirectory(planning, render);
    case 'kustomize':
      return await planKustomize(planning, render);
    case 'helm':
      return await planHelm(planning, render);
  }
}

async function planArgo(planning: Planning, state: TreeState): Promise<RenderPlan> {
  const { source, reader, entries } = planning;
  const { render, location } = source;
  if (render.kind !== 'argo') throw new TypeError('only a source of Argo CD is planned so');
  const { context } = render;
  const variables = buildVariables({
    ...context,
    revision: state.revision?.split('+')[0] ?? '',
    url: location.url,
    path: location.path,
    targetRevision: location.revision.name ?? '',
  });
  const found = renderFileOf(entries, location.path);
  const folder: ArgoFolder = { kind: found?.kind ?? 'plain', path: location.path, variables };
  const wanted = argoRendering(
    await mergeOverrides(render.source, reader, location.path, context.application),
    context,
    folder,
  );
  switch (wanted.kind) {
    case 'refused':
      throw renderRefused(source.name, wanted.why, wanted.remedy);
    case 'directory':
      return planDirectory(planning, wanted);
    case 'kustomize':
      return await planKustomize(planning, wanted);
    case 'helm':
      return await planHelm(planning, wanted);
  }
}

function planDirectory({ source }: Planning, wanted: DirectoryWanted): RenderPlan {
  const hides = hidesFromDirectory(wanted, source.location.path);
  return { ...nothing, overlays: [{ files: new Map(), hides }] };
}

async function planKustomize({ source, reader, entries }: Planning, wanted: KustomizeWanted): Promise<RenderPlan> {
  const { path } = source.location;
  const ignored = await ignoredBy(source, reader);
  const kept = entries.filter((entry) => !ignored(entry.path));
  const found = renderFileOf(kept, path);
  const isChart = found?.kind === 'helm';
  const file = found?.kind === 'kustomize' ? found.path : `${path === '' ? '' : `${path}/`}kustomization.yaml`;
  const overlay = async (): Promise<ReadonlyMap<string, string>> => {
    const isNew = found?.kind !== 'kustomize';
    if (isNew && !wanted.generate)
      throw renderFailed(source.name, `${path === '' ? 'the repository' : path} has no kustomization.yaml`);
    if (!isNew && isEmptyEdit(wanted.edits)) return new Map();
    const before = isNew
      ? generateKustomization(
          kept.map((entry) => entry.path),
          path,
        )
      : await reader.yaml(file);
    const exists = (component: string): boolean =>
      kept.some((entry) => entry.path.startsWith(joinPath(path, component)));
    return new Map([[file, JSON.stringify(editKustomization(before, wanted.edits, file, exists), null, 2)]]);
  };
  const files = await overlay();
  // A chart's own file in a folder of Flux is no manifest; it must not make Helm render the folder.
  const hides = (candidate: string): boolean => ignored(candidate) || (isChart && candidate === found.path);
  return { ...nothing, overlays: [{ files, hides }], substitution: wanted.substitution, metadata: wanted.metadata };
}

/** What Flux leaves out of its artifacts; Argo CD leaves nothing out. */
async function ignoredBy(source: DiscoveredSource, reader: TreeReader): Promise<(path: string) => boolean> {
  if (source.engine !== 'flux') return () => false;
  const spec = source.location.ignore ?? null;
  return ignoresPath(spec, spec === null ? ((await reader.text('.sourceignore')) ?? null) : null);
}

async function planHelm({ source, reader, entries, cluster }: Planning, wanted: HelmWanted): Promise<RenderPlan> {
  const { path } = source.location;
  const chart = joinPath(path, 'Chart.yaml');
  if (!entries.some((entry) => entry.path === chart))
    throw renderFailed(source.name, `${path === '' ? 'the repository' : path} has no Chart.yaml`);
  const values = await valuePaths(source, reader, wanted);
  const files = new Map<string, string>();
  if (wanted.replacesChartValues) {
    // The files to read may include the chart's own values, which then count at their place only.
    for (const [index, file] of values.entries())
      files.set(`${ownFolder}/values-${index}.yaml`, (await reader.text(file)) ?? '{}');
    files.set(joinPath(path, 'values.yaml'), '{}');
  }
  const given = wanted.replacesChartValues ? values.map((_file, index) => `${ownFolder}/values-${index}.yaml`) : values;
  const texts = wanted.values === null ? [] : hiddenStandIns(wanted.values, wanted.hiddenValues, source.name);
  const inline = `${ownFolder}/values.yaml`;
  const hides = (candidate: string): boolean =>
    /^(kustomization\.ya?ml|Kustomization)$/.test(candidate.slice(path === '' ? 0 : path.length + 1));
  const overlays =
    texts.length === 0
      ? [{ files, hides }]
      : texts.map((text) => ({ files: new Map([...files, [inline, text]]), hides }));
  return {
    ...nothing,
    overlays,
    helm: helmInput(wanted, [...given, ...(texts.length === 0 ? [] : [inline])], cluster),
    postRender: wanted.postRender,
    metadata: wanted.metadata,
  };
}

/** A folder that no repository is expected to have. */
const ownFolder = '.mooring-values';

function helmInput(wanted: HelmWanted, values: readonly string[], cluster: ClusterFacts): HelmInput {
  return {
    namespace: wanted.namespace,
    release: wanted.release,
    values,
    kubeVersion: wanted.kubeVersion ?? cluster.kubeVersion,
    apiVersions: wanted.apiVersions ?? cluster.apiVersions,
    settings: wanted.settings.map(({ kind, name, value, ref }) => ({
      kind,
      name,
      value: kind === 'set-file' ? inTree(value, ref) : value,
    })),
    includeCrds: wanted.includeCrds,
    skipTests: wanted.skipTests,
    skipSchemaValidation: wanted.skipSchemaValidation,
  };
}

async function valuePaths(
  source: DiscoveredSource,
  reader: TreeReader,
  wanted: HelmWanted,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const { path, ref, optional } of wanted.valueFiles) {
    const file = inTree(path, ref);
    if ((await reader.list(file)).some((entry) => entry.path === file)) paths.push(file);
    else if (!optional)
      throw renderFailed(source.name, `there is no values file ${ref === null ? path : `$${ref}/${path}`}`);
  }
  return paths;
}

function inTree(path: string, ref: string | null): string {
  return ref === null ? path : `${mountPath(ref)}/${path}`;
}

function joinPath(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}
