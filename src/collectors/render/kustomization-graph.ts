import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, stringAt } from '../../resource/json.ts';
import { linkTarget } from '../file-tree.ts';
import { renderFileOf } from '../plain-files.ts';
import { renderRefused } from './refusal.ts';
import type { TreeReader } from './tree-reader.ts';

const maxFolders = 500;
const accumulated = ['resources', 'bases', 'components'] as const;
const plugins = ['generators', 'transformers', 'validators'] as const;
const inflation = ['helmCharts', 'helmChartInflationGenerator', 'helmGlobals'] as const;

/**
 * Finds every folder that a kustomization reaches, and refuses, before anything is started, what would leave the tree or run
 * something: remote bases and files, Helm inflation, functions. Throws AppError `render-refused` or `render-failed`.
 */
export async function kustomizationFolders(reader: TreeReader, start: string): Promise<readonly string[]> {
  const found = new Set<string>();
  const open = [start];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (found.has(folder)) continue;
    found.add(folder);
    const file = renderFileOf(await reader.list(folder), folder);
    if (file?.kind !== 'kustomize')
      throw renderRefused(
        nameOf(folder),
        'it is used as a base but has no kustomization.yaml',
        'Correct the reference',
      );
    if (found.size > maxFolders)
      throw renderRefused(file.path, `it reaches more than ${maxFolders} folders`, 'Split the source');
    open.push(...(await foldersOf(reader, folder, file.path)));
  }
  return [...found].sort();
}

async function foldersOf(reader: TreeReader, folder: string, file: string): Promise<readonly string[]> {
  const kustomization = await reader.yaml(file);
  for (const field of inflation) {
    if (Object.hasOwn(kustomization, field)) {
      throw renderRefused(
        file,
        `it inflates a Helm chart (${field})`,
        'Commit the rendered chart, or name the chart as a source of its own',
      );
    }
  }
  for (const reference of fileReferences(kustomization)) refuseRemote(file, reference);
  const folders: string[] = [];
  for (const field of accumulated) {
    for (const reference of texts(kustomization[field])) {
      const target = await resolveReference(reader, { folder, file, reference });
      if (target.isFolder) folders.push(target.path);
    }
  }
  for (const field of plugins) {
    for (const reference of texts(kustomization[field]))
      folders.push(...(await pluginFolders(reader, { folder, file, reference })));
  }
  return folders;
}

interface Reference {
  readonly folder: string;
  readonly file: string;
  readonly reference: string;
}

/** A generator, transformer or validator: an inline object, a file of objects, or a folder with a kustomization. */
async function pluginFolders(reader: TreeReader, from: Reference): Promise<readonly string[]> {
  if (from.reference.includes('\n')) {
    refuseFunctions(from.file, from.reference);
    return [];
  }
  const target = await resolveReference(reader, from);
  if (target.isFolder) return [target.path];
  refuseFunctions(target.path, (await reader.text(target.path)) ?? '');
  return [];
}

function refuseFunctions(file: string, text: string): void {
  const match = /config\.(?:kubernetes\.io|k8s\.io)\/function/.exec(text);
  if (match !== null)
    throw renderRefused(
      file,
      'it runs a function (a container or a program)',
      'Commit what the function makes instead',
    );
  for (const [, apiVersion = ''] of text.matchAll(/^apiVersion:\s*["']?([^\s"']+)/gm)) {
    if (apiVersion !== 'builtin')
      throw renderRefused(
        file,
        `it needs a plugin (${apiVersion})`,
        'Only the plugins that are built into Kustomize are run',
      );
  }
}

async function resolveReference(
  reader: TreeReader,
  { folder, file, reference }: Reference,
): Promise<{ readonly path: string; readonly isFolder: boolean }> {
  refuseRemote(file, reference);
  const path = linkTarget(folder === '' ? 'x' : `${folder}/x`, reference);
  if (path === undefined)
    throw renderRefused(file, `“${reference}” leaves the tree`, 'Move what it needs into the repository');
  const entries = await reader.list(path);
  if (entries.some((entry) => entry.path === path)) return { path, isFolder: false };
  if (entries.length > 0) return { path, isFolder: true };
  throw renderRefused(
    file,
    `“${reference}” is neither a file nor a folder of the tree, and remote bases are never fetched`,
    'Vendor the base into the repository, or correct the path',
  );
}

const remote =
  /^[a-z][a-z0-9+.-]*::?\/\/|^[\w.-]+@[\w.-]+:|^(git|hg|s3|gcs|file)::|\?(ref|version|submodules|timeout)=|^-/i;

function refuseRemote(file: string, reference: string): void {
  if (!remote.test(reference)) return;
  const shown = reference.replace(/\/\/[^/@]*@/, '//').slice(0, 120);
  throw renderRefused(
    file,
    `“${shown}” is remote, and remote bases are never fetched`,
    'Vendor it into the repository',
  );
}

/** Every path that Kustomize would load besides its resources; any of them may be a URL. */
export function fileReferences(kustomization: JsonObject): readonly string[] {
  const paths = [
    ...texts(kustomization['crds']),
    ...texts(kustomization['configurations']),
    ...texts(kustomization['patchesStrategicMerge']),
    stringAt(kustomization, 'openapi', 'path') ?? '',
  ];
  for (const field of ['patches', 'patchesJson6902', 'replacements']) {
    for (const entry of list(kustomization[field])) paths.push(stringAt(entry, 'path') ?? '');
  }
  for (const field of ['configMapGenerator', 'secretGenerator']) {
    for (const generator of list(kustomization[field])) {
      if (!isJsonObject(generator)) continue;
      const files = texts(generator['files']).map((text) => text.slice(text.indexOf('=') + 1));
      paths.push(...files, ...texts(generator['envs']), stringAt(generator, 'env') ?? '');
    }
  }
  return paths.filter((path) => path !== '' && !path.includes('\n'));
}

function texts(value: JsonValue | undefined): readonly string[] {
  return list(value).filter((item) => typeof item === 'string');
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return isJsonArray(value) ? value : [];
}

function nameOf(folder: string): string {
  return folder === '' ? 'the root of the tree' : folder;
}
