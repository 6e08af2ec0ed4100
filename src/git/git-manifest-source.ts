import type { SourceSpec } from '../collectors/source-spec.ts';
import type { ManifestRenderer } from '../collectors/render/manifest-renderer.ts';
import { TreeManifests } from '../collectors/tree-manifests.ts';
import { stripCredentials } from './git-errors.ts';
import { type GitCredentials, openLocalRepository, openMirror } from './git-repository.ts';
import { GitTree } from './git-tree.ts';
import type { GitSetup } from './run-git.ts';

export interface GitManifestsOptions {
  readonly setup: GitSetup;
  /** Mirrors of remotes are kept below it. */
  readonly cacheDirectory: string;
  readonly credentials: GitCredentials | null;
  /** How often news is asked for, in milliseconds. */
  readonly pollInterval: number;
  readonly renderer: ManifestRenderer;
  now(): Date;
}

export interface GitManifests extends AsyncDisposable {
  readonly manifests: TreeManifests;
  /** The bare repository or `.git` directory that is read. */
  readonly gitDirectory: string;
}

/**
 * Desired state from a revision of a repository, without a checkout. `Origin` of its resources counts from the repository's root.
 * Throws AppError `source-not-found` when a local repository is not there; a remote is first asked by `read`.
 */
export async function openGitManifests(
  spec: Extract<SourceSpec, { kind: 'git' }>,
  options: GitManifestsOptions,
): Promise<GitManifests> {
  const { setup, cacheDirectory, credentials, pollInterval, renderer } = options;
  const repository =
    spec.location === 'local'
      ? await openLocalRepository(spec.repository)
      : openMirror({ setup, url: spec.repository, cacheDirectory, credentials });
  const tree = new GitTree({ setup, repository, revision: spec.revision, pollInterval });
  const revision = spec.revision === null ? '' : `#${spec.revision}`;
  const name = `${stripCredentials(spec.repository)}${revision}${spec.path === '' ? '' : `:${spec.path}`}`;
  return {
    manifests: new TreeManifests({
      name,
      tree,
      path: spec.path,
      originFromPath: false,
      renderer,
      now: () => options.now(),
    }),
    gitDirectory: repository.gitDirectory,
    [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
  };
}
