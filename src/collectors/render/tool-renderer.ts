import { Buffer, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../errors/app-error.ts';
import type { Resource } from '../../resource/resource.ts';
import type { TreeEntry } from '../file-tree.ts';
import { type ParsedManifests, parseManifests } from '../parse-manifests.ts';
import { renderFileOf } from '../plain-files.ts';
import { checkChart } from './check-chart.ts';
import { helmSources, KustomizeOrigins, originInTemplate } from './find-origins.ts';
import { kustomizationFolders } from './kustomization-graph.ts';
import { outsideFiles } from './kustomize-outside-files.ts';
import type { ManifestRenderer, RenderInput, Rendering } from './manifest-renderer.ts';
import { materialise } from './materialise.ts';
import { renderFailed } from './refusal.ts';
import type { Sandbox } from './sandbox.ts';
import { TreeReader } from './tree-reader.ts';
import { unstablePaths } from './unstable-paths.ts';

export interface ToolRendererOptions {
  readonly sandbox: Sandbox;
  /** Paths of the real programs, or names to look for on the search path. Without `kustomize`, `kubectl kustomize` renders. */
  readonly tools: { readonly kustomize: string | null; readonly kubectl: string | null; readonly helm: string | null };
  readonly helm: HelmInput;
  /** Let kustomizations load files of the tree outside their own folders, as Flux does. Default false, as Kustomize itself. */
  readonly kustomizeBeyondRoot?: boolean;
}

/** What a Helm rendering depends on besides the chart. */
export interface HelmInput {
  readonly namespace: string;
  /** Null: the name of the chart's folder is not known to be the release's, so Helm's own `release-name` is used. */
  readonly release: string | null;
  /** Files of values within the tree, relative to its root, later ones win. */
  readonly values: readonly string[];
  readonly kubeVersion: string | null;
  readonly apiVersions: readonly string[];
  /** Single values after all files, as `--set` and its like take them; the value of `set-file` is a path within the tree. */
  readonly settings?: readonly HelmSetting[];
  /** Default true. */
  readonly includeCrds?: boolean;
  readonly skipTests?: boolean;
  readonly skipSchemaValidation?: boolean;
}

export interface HelmSetting {
  readonly kind: 'set' | 'set-string' | 'set-file';
  readonly name: string;
  readonly value: string;
}

/** What one rendering is made from. `arguments` are those of the tool after the folder is known. */
interface Job {
  readonly file: string;
  readonly kind: 'kustomize' | 'helm';
  readonly entries: readonly TreeEntry[];
  readonly inputs: readonly string[];
  readonly program: string;
  arguments(root: string): readonly string[];
}

const maxRemembered = 32;

/** Renders with the real kustomize and helm, twice but for trials, in a sandbox; remembers what it rendered by the content of everything it read. */
export class ToolRenderer implements ManifestRenderer {
  readonly #options: ToolRendererOptions;
  readonly #remembered = new Map<string, Promise<Rendering>>();

  constructor(options: ToolRendererOptions) {
    this.#options = options;
  }

  async render(input: RenderInput, signal: AbortSignal): Promise<Rendering> {
    const reader = new TreeReader(input.tree, input.state, signal);
    const job = await this.#plan(input, reader);
    const once = input.trial === true;
    const twice = keyOf(job, this.#options.helm);
    const key = once ? `${twice} once` : twice;
    const known = this.#remembered.get(twice) ?? this.#remembered.get(key);
    if (known !== undefined) return await known;
    const rendering = this.#run(job, { reader, once }, signal);
    this.#remembered.set(key, rendering);
    // A failure is not remembered: the next attempt may find the tool, or more time.
    rendering.catch(() => this.#remembered.delete(key));
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size > maxRemembered && oldest.done !== true) this.#remembered.delete(oldest.value);
    return await rendering;
  }

  async #plan(input: RenderInput, reader: TreeReader): Promise<Job> {
    const found = renderFileOf(input.entries, input.folder);
    if (found === undefined) throw renderFailed(input.folder, 'it has neither a kustomization nor a chart');
    return found.kind === 'kustomize'
      ? await this.#planKustomize(input.folder, found.path, reader)
      : await this.#planHelm(input.folder, found.path, reader);
  }

  async #planKustomize(folder: string, file: string, reader: TreeReader): Promise<Job> {
    const { kustomize, kubectl } = this.#options.tools;
    const own = await this.#find(kustomize);
    const program = own ?? (await this.#find(kubectl));
    if (program === undefined) throw toolMissing('kustomize');
    const folders = await kustomizationFolders(reader, folder);
    const outside = this.#options.kustomizeBeyondRoot === true ? await outsideFiles(reader, folders) : [];
    const inputs = [...folders, ...outside];
    const entries = await entriesOf(reader, inputs);
    const lifted = outside.length === 0 ? [] : ['--load-restrictor', 'LoadRestrictionsNone'];
    const command = [own === undefined ? 'kustomize' : 'build', ...lifted];
    return { file, kind: 'kustomize', entries, inputs, program, arguments: (root) => [...command, join(root, folder)] };
  }

  async #planHelm(folder: string, file: string, reader: TreeReader): Promise<Job> {
    const { helm, tools } = { helm: this.#options.helm, tools: this.#options.tools };
    const program = await this.#find(tools.helm);
    if (program === undefined) throw toolMissing('helm');
    const { values, settings = [] } = helm;
    const files = [...values, ...settings.flatMap(({ kind, value }) => (kind === 'set-file' ? [value] : []))];
    const inputs = [folder, ...files];
    const entries = await entriesOf(reader, inputs);
    await checkChart(reader, entries);
    const missing = files.find((path) => !entries.some((entry) => entry.path === path));
    if (missing !== undefined) throw renderFailed(file, `the values file ${missing} is not in the tree`);
    return {
      file,
      kind: 'helm',
      entries,
      inputs,
      program,
      arguments: (root) => [
        'template',
        '--namespace',
        helm.namespace,
        ...helmOptions(helm, root),
        '--',
        helm.release ?? 'release-name',
        join(root, folder),
      ],
    };
  }

  async #run(
    job: Job,
    { reader, once }: { readonly reader: TreeReader; readonly once: boolean },
    signal: AbortSignal,
  ): Promise<Rendering> {
    const home = await mkdtemp(join(tmpdir(), 'mooring-render-'));
    try {
      const root = join(home, 'tree');
      const { refusedLinks } = await materialise(reader, job.entries, root);
      const output = (): Promise<string> => this.#once(job, { home, root, refusedLinks }, signal);
      const [first, second] = await Promise.all([output(), once ? null : output()]);
      const texts = await textsOf(reader, job.entries);
      const parsed = parseRendering(job, first, texts);
      const unstable =
        second === null || first === second
          ? []
          : unstablePaths(parsed.resources, parseManifests(second, job.file).resources);
      return { ...parsed, unstable, inputs: job.inputs, texts };
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }

  async #once(
    job: Job,
    at: { readonly home: string; readonly root: string; readonly refusedLinks: readonly string[] },
    signal: AbortSignal,
  ): Promise<string> {
    const end = await this.#options.sandbox.run(job.program, job.arguments(at.root), at.home, signal);
    if (end.stopped === 'time') throw renderFailed(job.file, 'it took too long');
    if (end.stopped === 'size') throw renderFailed(job.file, 'it printed too much');
    if (end.code === 0) return end.output.toString('utf8');
    const reason = end.errors
      .replaceAll(`${at.root}/`, '')
      .replaceAll(at.root, '.')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 500);
    const links =
      at.refusedLinks.length === 0
        ? ''
        : ` (symbolic links that leave the tree were left out: ${at.refusedLinks.join(', ')})`;
    throw renderFailed(job.file, `${reason === '' ? `${job.kind} ended with code ${end.code}` : reason}${links}`);
  }

  async #find(tool: string | null): Promise<string | undefined> {
    return tool === null ? undefined : await this.#options.sandbox.find(tool);
  }
}

function helmOptions(helm: HelmInput, root: string): readonly string[] {
  const set = ({ kind, name, value }: HelmSetting): string =>
    kind === 'set-file' ? `${name}=${join(root, value)}` : `${name}=${value}`;
  return [
    ...(helm.includeCrds === false ? [] : ['--include-crds']),
    ...(helm.skipTests === true ? ['--skip-tests'] : []),
    ...(helm.skipSchemaValidation === true ? ['--skip-schema-validation'] : []),
    ...helm.values.flatMap((path) => ['--values', join(root, path)]),
    ...(helm.settings ?? []).flatMap((setting) => [`--${setting.kind}`, set(setting)]),
    ...(helm.kubeVersion === null ? [] : ['--kube-version', helm.kubeVersion]),
    ...helm.apiVersions.flatMap((version) => ['--api-versions', version]),
  ];
}

async function entriesOf(reader: TreeReader, inputs: readonly string[]): Promise<readonly TreeEntry[]> {
  const byPath = new Map<string, TreeEntry>();
  for (const input of inputs) for (const entry of await reader.list(input)) byPath.set(entry.path, entry);
  return [...byPath.values()];
}

async function textsOf(reader: TreeReader, entries: readonly TreeEntry[]): Promise<ReadonlyMap<string, string>> {
  const files = entries.filter(
    ({ kind, path }) => kind === 'file' && /\.(ya?ml|json|tpl)$|(^|\/)Kustomization$/i.test(path),
  );
  const texts = new Map<string, string>();
  for (const { entry, bytes } of await reader.read(files)) {
    if (isUtf8(bytes)) texts.set(entry.path, Buffer.from(bytes).toString('utf8'));
  }
  return texts;
}

function parseRendering(job: Job, output: string, texts: ReadonlyMap<string, string>): ParsedManifests {
  const parsed = parseManifests(output, `output of ${job.kind} for ${job.file}`);
  if (job.kind === 'kustomize') {
    const origins = new KustomizeOrigins(texts);
    return {
      gaps: parsed.gaps,
      resources: parsed.resources.map((resource) => ({ ...resource, origin: origins.find(resource) })),
    };
  }
  const chart = job.file.slice(0, -'Chart.yaml'.length);
  const sourceAt = helmSources(output);
  const locate = (resource: Resource): Resource => {
    const source = resource.origin === null ? undefined : sourceAt(resource.origin.line);
    const file = source === undefined ? undefined : chart + source;
    const template = file === undefined ? undefined : texts.get(file);
    const origin = file === undefined || template === undefined ? null : originInTemplate(resource, file, template);
    return { ...resource, origin };
  };
  return { gaps: parsed.gaps, resources: parsed.resources.map(locate) };
}

function keyOf(job: Job, helm: HelmInput): string {
  const contents = job.entries.map(({ path, id, kind }) => [path, kind, id]);
  const settings = job.kind === 'helm' ? helm : null;
  return createHash('sha256')
    .update(JSON.stringify([job.kind, job.file, job.program, settings, contents]))
    .digest('hex');
}

function toolMissing(tool: string): AppError {
  return new AppError({
    code: 'tool-missing',
    what: `cannot render with ${tool}`,
    why: 'there is no such program',
    remedy: `Put ${tool} on the PATH, or commit the rendered manifests`,
  });
}
