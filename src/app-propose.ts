import { type FindForge, type FoundForge, noForges, ownIdentity } from './app-forges.ts';
import type { OpenedSource } from './app-sources.ts';
import { AppError } from './errors/app-error.ts';
import type { GitPlace, GitRemote } from './forge/git-call.ts';
import { createRepairWriter, type RepairWriterOptions } from './forge/git-repair-writer.ts';
import { createLocalForge } from './forge/local-forge.ts';
import { type GitSetup, runGit } from './git/run-git.ts';
import { defaultLimits, type Limits } from './rollback/guard-rails.ts';
import type { Dashboard } from './rollback/dashboard.ts';
import type { Forge } from './rollback/forge.ts';
import { plainManners } from './rollback/manners.ts';
import type { ProposeDependencies } from './rollback/propose-rollback.ts';

export interface ProposeOptions {
  readonly git: GitSetup;
  readonly limits?: Limits;
  /** Where proposals go that are not kept as branches of the repository alone; none when absent. */
  readonly forges?: FindForge;
  readonly clock: () => Date;
}

/** `dashboard` is null where there is none, or nobody wants one. */
export interface ProposePlace extends ProposeDependencies {
  readonly dashboard: Dashboard | null;
}

/** Everything that carries a plan out in the repository of a source. Throws AppError `proposal-refused` for a plain directory. */
export async function proposeInto(
  source: OpenedSource,
  options: ProposeOptions,
  signal: AbortSignal,
): Promise<ProposePlace> {
  const found = forgeOf(source, options.forges);
  const place = await placeOf(source, options.git, found);
  const baseBranch = await baseBranchOf(source, place, signal);
  const repository = createRepairWriter({ place, baseBranch, ...writerOf(found) });
  const forge = (await found?.open(place, repository)) ?? localForge(place, options.clock);
  return {
    repository,
    pullRequests: forge.pullRequests,
    conversation: forge.conversation,
    dashboard: found?.dashboard === true ? forge.dashboard : null,
    log: null,
    baseBranch,
    limits: options.limits ?? defaultLimits,
    manners: found?.manners ?? plainManners,
    clock: options.clock,
  };
}

function forgeOf({ spec }: OpenedSource, forges: FindForge = noForges): FoundForge | undefined {
  return spec.kind === 'git' && spec.location !== 'local' ? forges(spec.repository) : undefined;
}

function writerOf(found: FoundForge | undefined): Pick<RepairWriterOptions, 'identity' | 'signOff' | 'sign'> {
  if (found === undefined) return { identity: ownIdentity };
  const { identity, signOff, sign } = found;
  return { identity, signOff, ...(sign === null ? {} : { sign }) };
}

function localForge(place: GitPlace, clock: () => Date): Forge {
  return { pullRequests: createLocalForge({ place, clock }), conversation: null, dashboard: null };
}

async function placeOf(source: OpenedSource, git: GitSetup, found: FoundForge | undefined): Promise<GitPlace> {
  const { gitDirectory, spec } = source;
  if (gitDirectory === null || spec.kind !== 'git') {
    throw new AppError({
      code: 'proposal-refused',
      what: `cannot propose a change to ${source.manifests.name}`,
      why: 'it is a plain directory, not a revision of a Git repository',
      remedy: 'Name the source as REPO#BRANCH:PATH, or apply the patch of "mooring rollback plan -o patch" by hand',
    });
  }
  const remote = spec.location === 'local' ? null : await remoteOf(spec.repository, found);
  return { git: (call) => runGit(git, call), gitDirectory, remote };
}

async function remoteOf(url: string, found: FoundForge | undefined): Promise<GitRemote> {
  return found === undefined ? { url, protocols: protocolsOf(url), settings: {} } : await found.remote(url);
}

function protocolsOf(url: string): readonly ('https' | 'ssh' | 'file')[] {
  if (/^https:/i.test(url)) return ['https'];
  return /^file:/i.test(url) ? ['file'] : ['ssh'];
}

/** The branch that the source names, or the one that HEAD stands for. A tag or commit cannot take a change. */
async function baseBranchOf(source: OpenedSource, place: GitPlace, signal: AbortSignal): Promise<string> {
  const revision = source.spec.kind === 'git' ? source.spec.revision : null;
  const { gitDirectory } = place;
  if (revision !== null && revision !== 'HEAD') {
    const ref = revision.startsWith('refs/heads/') ? revision : `refs/heads/${revision}`;
    const args = ['show-ref', '--verify', '--quiet', ref];
    const { code } = await place.git({ gitDirectory, arguments: args, accept: [1, 128], signal });
    if (code === 0) return ref.slice('refs/heads/'.length);
    throw noBranch(source, `${revision} is no branch`);
  }
  // A mirror keeps the remote's HEAD under a ref of its own.
  const head = source.spec.kind === 'git' && source.spec.location === 'remote' ? 'refs/mooring/HEAD' : 'HEAD';
  const args =
    head === 'HEAD'
      ? ['symbolic-ref', '--quiet', '--short', 'HEAD']
      : ['name-rev', '--name-only', '--refs=refs/heads/*', head];
  const { code, output } = await place.git({ gitDirectory, arguments: args, accept: [1, 128], signal });
  const branch = output.toString('utf8').trim();
  if (code !== 0 || branch === '' || /[~^]|^undefined$/.test(branch))
    throw noBranch(source, 'its HEAD is on no branch');
  return branch;
}

function noBranch(source: OpenedSource, why: string): AppError {
  return new AppError({
    code: 'proposal-refused',
    what: `cannot propose a change to ${source.manifests.name}`,
    why,
    remedy: 'Name the branch that repairs go into: REPO#BRANCH:PATH',
  });
}
