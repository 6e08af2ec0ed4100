import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { DirectoryTree } from './directory-tree.ts';
import type { ManifestRenderer } from './render/manifest-renderer.ts';
import { TreeManifests } from './tree-manifests.ts';

export interface DirectoryManifestsOptions {
  readonly renderer: ManifestRenderer;
  now(): Date;
}

/**
 * Desired state from a directory as it stands on disk. `Origin` of its resources counts from the directory. A kustomization in it may
 * reach as far as the work tree around it (anywhere, without one), but through no symbolic link.
 */
export async function openDirectoryManifests(
  directory: string,
  options: DirectoryManifestsOptions,
): Promise<TreeManifests> {
  const plain = { name: directory, tree: new DirectoryTree(directory), path: '', originFromPath: true, ...options };
  if (!(await isRendered(directory))) return new TreeManifests(plain);
  const real = await realpath(directory);
  const root = await workTreeAround(real);
  const path = relative(root, real).split(sep).join('/');
  return new TreeManifests({ ...plain, tree: new DirectoryTree(root), path });
}

async function isRendered(directory: string): Promise<boolean> {
  // Whatever is wrong with the directory is said when it is read.
  const names = await readdir(directory).catch(() => []);
  return names.some((name) => /^(kustomization\.ya?ml|Kustomization|Chart\.yaml)$/.test(name));
}

async function workTreeAround(directory: string): Promise<string> {
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = await stat(join(folder, '.git')).catch(() => undefined);
    if (found !== undefined || folder === dirname(folder)) return folder;
  }
}
