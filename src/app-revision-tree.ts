import type { RevisionWanted } from './collectors/discovery/discovered-source.ts';
import { highestInRange } from './collectors/discovery/semver-range.ts';
import type { FileTree } from './collectors/file-tree.ts';
import type { GitRepository } from './git/git-repository.ts';
import { GitTree } from './git/git-tree.ts';
import { type GitSetup, runGit } from './git/run-git.ts';

export interface RevisionOptions {
  readonly setup: GitSetup;
  readonly repository: GitRepository;
  readonly revision: RevisionWanted;
  readonly pollInterval: number;
}

/** The commits of a repository at a revision that may be a range of versions; each look picks the highest tag anew. */
export function openRevision(options: RevisionOptions): FileTree & AsyncDisposable {
  const { revision, repository } = options;
  const open = (name: string | null): GitTree => new GitTree({ ...options, revision: name });
  const fixed = open(revision.name);
  if (revision.range === null) return fixed;
  const { range } = revision;
  const byTag = new Map<string, GitTree>();
  const newestTree = async (signal: AbortSignal): Promise<GitTree> => {
    await repository.refresh(signal);
    const tag = highestInRange(range, await tagsOf(options, signal));
    if (tag === undefined) return fixed;
    const tree = byTag.get(tag) ?? open(`refs/tags/${tag}`);
    byTag.set(tag, tree);
    return tree;
  };
  return {
    name: fixed.name,
    newest: async (signal) => await (await newestTree(signal)).newest(signal),
    // A commit is the same whichever tag led to it.
    list: (state, under, signal) => fixed.list(state, under, signal),
    read: (state, entries) => fixed.read(state, entries),
    earlier: (state, paths, limit, signal) => fixed.earlier(state, paths, limit, signal),
    watch: (folders, changed, signal) => fixed.watch(folders, changed, signal),
    async [Symbol.asyncDispose]() {
      for (const tree of [fixed, ...byTag.values()]) await tree[Symbol.asyncDispose]();
    },
  };
}

async function tagsOf({ setup, repository }: RevisionOptions, signal: AbortSignal): Promise<readonly string[]> {
  const args = ['for-each-ref', '--format=%(refname:strip=2)', 'refs/tags'];
  const { output } = await runGit(setup, { gitDirectory: repository.gitDirectory, arguments: args, signal });
  return output
    .toString('utf8')
    .split('\n')
    .filter((tag) => tag !== '');
}
