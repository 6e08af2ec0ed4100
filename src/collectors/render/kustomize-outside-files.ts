import { isJsonArray, type JsonValue } from '../../resource/json.ts';
import { linkTarget } from '../file-tree.ts';
import { renderFileOf } from '../plain-files.ts';
import { fileReferences } from './kustomization-graph.ts';
import { renderRefused } from './refusal.ts';
import type { TreeReader } from './tree-reader.ts';

const plugins = ['generators', 'transformers', 'validators'] as const;

/**
 * The files that kustomizations name outside their own folders, which Kustomize loads only with its restriction lifted. Every one has
 * to be in the tree: without the restriction nothing else would keep Kustomize from reading the machine. For the same reason plugins
 * are refused then, whose settings can name files too. Throws AppError `render-refused`.
 */
export async function outsideFiles(reader: TreeReader, folders: readonly string[]): Promise<readonly string[]> {
  const outside = new Set<string>();
  let plugged: string | undefined;
  for (const folder of folders) {
    const file = renderFileOf(await reader.list(folder), folder)?.path;
    if (file === undefined) continue;
    const kustomization = await reader.yaml(file);
    if (plugins.some((field) => texts(kustomization[field]).length > 0)) plugged = file;
    for (const reference of [...texts(kustomization['resources']), ...fileReferences(kustomization)]) {
      const path = pathOf(folder, file, reference);
      if (path !== undefined && !isInside(path, folder) && (await isFile(reader, path))) outside.add(path);
    }
  }
  if (outside.size > 0 && plugged !== undefined) {
    const [first = ''] = outside;
    throw renderRefused(
      plugged,
      `it uses plugins while ${first} is loaded from outside`,
      'Move the file below the kustomization',
    );
  }
  return [...outside].sort();
}

/** Undefined for what is no path: a patch that is written inline. */
function pathOf(folder: string, file: string, reference: string): string | undefined {
  if (reference.includes('\n') || reference.startsWith('{')) return undefined;
  const path = linkTarget(folder === '' ? 'x' : `${folder}/x`, reference);
  if (path === undefined)
    throw renderRefused(file, `“${reference}” leaves the tree`, 'Move what it needs into the repository');
  return path;
}

function isInside(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

async function isFile(reader: TreeReader, path: string): Promise<boolean> {
  return (await reader.list(path)).some((entry) => entry.path === path);
}

function texts(value: JsonValue | undefined): readonly string[] {
  const items: readonly JsonValue[] = isJsonArray(value) ? value : [];
  return items.filter((item) => typeof item === 'string');
}
