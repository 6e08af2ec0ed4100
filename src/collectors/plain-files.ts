import { Buffer } from 'node:buffer';
import { AppError } from '../errors/app-error.ts';
import type { Gap } from '../resource/snapshot.ts';
import { type FileTree, linkTarget, type TreeEntry, type TreeState } from './file-tree.ts';
import { coversNothing, maxFileBytes } from './parse-manifests.ts';

/** Files to read, under the name that Git gives them: of a link, `path` is the link's and `entry` the target's. */
export interface ManifestFile {
  readonly path: string;
  readonly entry: TreeEntry;
}

export interface PlainFiles {
  readonly files: readonly ManifestFile[];
  readonly gaps: readonly Gap[];
}

/** Ten times what the largest estates keep; beyond it the memory of the process is at risk. */
const maxSourceBytes = 512 * 1024 * 1024;
const manifestName = /\.(ya?ml|json)$/i;
const kustomizationName = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;

/** The kustomization or chart that makes `folder` something to render; undefined for a folder of plain files. */
export function renderFileOf(
  entries: readonly TreeEntry[],
  folder: string,
): { readonly kind: 'kustomize' | 'helm'; readonly path: string } | undefined {
  const prefix = folder === '' ? '' : `${folder}/`;
  const has = (name: string): boolean =>
    entries.some((entry) => entry.path === prefix + name && (entry.kind === 'file' || entry.kind === 'link'));
  for (const name of ['kustomization.yaml', 'kustomization.yml', 'Kustomization']) {
    if (has(name)) return { kind: 'kustomize', path: prefix + name };
  }
  return has('Chart.yaml') ? { kind: 'helm', path: `${prefix}Chart.yaml` } : undefined;
}

const catalogName = /(?:^|\/)catalog-info\.ya?ml$/;
const mostCatalogFiles = 200;

/** Files that tell Backstage of what is here; beside a chart or a kustomization nobody else reads them. */
export function catalogFiles(entries: readonly TreeEntry[]): PlainFiles {
  const named = entries.filter(({ path, kind }) => kind === 'file' && catalogName.test(path));
  const fitting = named.filter(({ bytes }) => bytes <= maxFileBytes).slice(0, mostCatalogFiles);
  const left = named.length - fitting.length;
  const gap: Gap = {
    what: `${left} catalogue file${left === 1 ? '' : 's'}`,
    why: `more than ${mostCatalogFiles}, or larger than ${maxFileBytes / 1024 / 1024} MiB each, are not read`,
    remedy: 'Keep those that matter smaller, or beside the manifests of a source of their own',
    scope: coversNothing,
  };
  return { files: fitting.map((entry) => ({ path: entry.path, entry })), gaps: left === 0 ? [] : [gap] };
}

/**
 * Chooses what a plain folder declares: `*.yaml`, `*.yml`, `*.json` at any depth, links to files of the tree followed. Hidden files
 * and folders are no manifests. A chart or kustomization further down is not rendered, and said so.
 */
export async function choosePlainFiles(
  tree: FileTree,
  state: TreeState,
  entries: readonly TreeEntry[],
  scope: { readonly folder: string; readonly signal: AbortSignal },
): Promise<PlainFiles> {
  const gaps: Gap[] = [];
  const files: ManifestFile[] = [];
  const charts = chartFolders(entries);
  for (const chart of charts)
    gaps.push(gap(chart, 'it is a Helm chart inside a folder of plain files', 'Name the chart as a source of its own'));
  const links: TreeEntry[] = [];
  for (const entry of entries) {
    if (isHidden(entry.path, scope.folder) || charts.some((chart) => entry.path.startsWith(`${chart}/`))) continue;
    if (entry.kind === 'closed') gaps.push(closedGap(entry.path));
    else if (entry.kind === 'submodule')
      gaps.push(
        gap(entry.path, 'it is a submodule, and those are never fetched', 'Name its repository as a source of its own'),
      );
    else if (kustomizationName.test(entry.path)) {
      gaps.push(
        gap(
          entry.path,
          'it is not rendered, because a folder above it is read as plain files',
          'Name its folder as a source of its own',
        ),
      );
    } else if (!manifestName.test(entry.path)) continue;
    else if (entry.kind === 'link') links.push(entry);
    else files.push({ path: entry.path, entry });
  }
  const targets = await tree.read(state, links, scope.signal);
  for (const [index, link] of links.entries()) {
    const content = targets[index];
    const text = content?.kind === 'content' ? Buffer.from(content.bytes).toString('utf8') : undefined;
    const found =
      text === undefined ? 'unreadable' : await followLink(tree, state, { path: link.path, text }, scope.signal);
    if (typeof found === 'string') gaps.push(linkGap(link.path, found));
    else files.push({ path: link.path, entry: found });
  }
  return limitSizes(files, gaps);
}

function limitSizes(files: readonly ManifestFile[], gaps: Gap[]): PlainFiles {
  const small = files.filter(({ path, entry }) => {
    if (entry.bytes <= maxFileBytes) return true;
    const size = `${Math.round(entry.bytes / 1024 / 1024)} MiB`;
    gaps.push(gap(path, `it is larger than ${maxFileBytes / 1024 / 1024} MiB (${size})`, 'Split the file'));
    return false;
  });
  const bytes = small.reduce((sum, { entry }) => sum + entry.bytes, 0);
  if (bytes > maxSourceBytes) {
    throw new AppError({
      code: 'manifest-refused',
      what: 'cannot read the manifests of the source',
      why: `they are ${Math.round(bytes / 1024 / 1024)} MiB together, more than ${maxSourceBytes / 1024 / 1024}`,
      remedy: 'Name the path of the manifests alone, or divide it into several sources',
    });
  }
  return { files: small.sort((left, right) => (left.path < right.path ? -1 : 1)), gaps };
}

const maxLinks = 8;

/** The file a link ends at. Links to folders are not followed, as kubectl does not. */
async function followLink(
  tree: FileTree,
  state: TreeState,
  link: { readonly path: string; readonly text: string },
  signal: AbortSignal,
): Promise<TreeEntry | 'outside' | 'nothing' | 'folder'> {
  let { path, text } = link;
  for (let hop = 0; hop < maxLinks; hop += 1) {
    const target = linkTarget(path, text);
    if (target === undefined || isHidden(target, '')) return 'outside';
    const found = await tree.list(state, target, signal);
    const entry = found.find((candidate) => candidate.path === target);
    if (entry === undefined) return found.length > 0 ? 'folder' : 'nothing';
    if (entry.kind === 'file') return entry;
    const [content] = await tree.read(state, [entry], signal);
    if (content?.kind !== 'content') return 'nothing';
    path = entry.path;
    text = Buffer.from(content.bytes).toString('utf8');
  }
  return 'nothing';
}

function linkGap(path: string, found: 'outside' | 'nothing' | 'folder' | 'unreadable'): Gap {
  const why = {
    outside: 'it is a symbolic link that leaves the tree, which is refused',
    nothing: 'it is a symbolic link to nothing',
    folder: 'it is a symbolic link to a folder, which is not followed',
    unreadable: 'it is a symbolic link that cannot be read',
  }[found];
  return gap(path, why, 'Put the file itself in its place');
}

/** The topmost folders with a Chart.yaml. */
function chartFolders(entries: readonly TreeEntry[]): readonly string[] {
  const folders = entries
    .filter(({ path }) => path.endsWith('/Chart.yaml'))
    .map(({ path }) => path.slice(0, -'/Chart.yaml'.length));
  return folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
}

function isHidden(path: string, folder: string): boolean {
  const below = folder === '' ? path : path.slice(folder.length + 1);
  return below.split('/').some((part) => part.startsWith('.'));
}

/** Nobody knows what is in there, so nothing can be said to be absent. */
function closedGap(path: string): Gap {
  const what = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return { what, why: 'the folder cannot be read', remedy: 'Give Mooring read rights on it', scope: {} };
}

function gap(what: string, why: string, remedy: string): Gap {
  return { what, why, remedy, scope: coversNothing };
}
