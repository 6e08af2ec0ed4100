import type { DirectoryWanted } from '../discovered-source.ts';
import { matchesGlob } from '../glob.ts';
import { isUnder } from './overlaid-tree.ts';

const manifest = /\.(ya?ml|json)$/;
const ofTools = /^(kustomization\.ya?ml|Kustomization|Chart\.yaml)$/;

/** Which files Argo CD does not read from a folder of plain manifests. */
export function hidesFromDirectory(
  { recurse, include, exclude }: DirectoryWanted,
  folder: string,
): (path: string) => boolean {
  return (path) => {
    if (!isUnder(path, folder) || path === folder) return false;
    const inside = folder === '' ? path : path.slice(folder.length + 1);
    if (!recurse && inside.includes('/')) return true;
    if (exclude !== null && matchesGlob(exclude, inside, { separator: null })) return true;
    if (include !== null && !matchesGlob(include, inside, { separator: null })) return true;
    // The file that asks for a tool would make the folder rendered by it.
    return !manifest.test(inside) || ofTools.test(inside);
  };
}
