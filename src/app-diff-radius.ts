import type { Inputs } from './app-inputs.ts';
import type { DiffRadius, SourceRequest } from './app-ports.ts';
import type { PlacedSource } from './app-sources.ts';
import type { ManifestSource } from './collectors/manifest-source.ts';
import { parseSourceSpec, type SourceSpec } from './collectors/source-spec.ts';
import { compareTrees } from './drift/compare/compare-trees.ts';
import { prepare } from './drift/normalise-pair.ts';
import { SchemaCatalog } from './drift/schema/schema-catalog.ts';
import { AppError } from './errors/app-error.ts';
import { runGit } from './git/run-git.ts';
import { buildGraph } from './graph/build-graph.ts';
import { changeRadius } from './graph/change/change-radius.ts';
import type { ObjectChange } from './graph/change/object-change.ts';
import { graphKinds } from './graph/graph-kinds.ts';
import { liveRequest, placeIn } from './loop/estate/declared-sources.ts';
import { formatPath } from './resource/field-path.ts';
import type { Resource } from './resource/resource.ts';
import { formatResourceId } from './resource/resource-id.ts';
import { describeGaps, type DesiredSnapshot, type LiveSnapshot } from './resource/snapshot.ts';

/**
 * What a change from one revision to another does to those who depend on what it changes. `range` is `BASE..HEAD`, or `BASE...HEAD` for what
 * HEAD changed since it left BASE, as a pull request shows it. Throws AppError.
 */
export async function diffRadius(
  inputs: Inputs,
  sources: SourceRequest,
  range: string,
  signal: AbortSignal,
): Promise<DiffRadius> {
  const repository = repositoryOf(sources.desired);
  const { base, head, isFork } = parseRange(range);
  const commits = await commitsOf(inputs, sources, repository, signal);
  const newer = await readRevision(inputs, sources, { repository, revision: await commits.find(head) }, signal);
  const start = isFork ? await commits.fork(base, head) : await commits.find(base);
  const older = await readRevision(inputs, sources, { repository, revision: start }, signal);
  const [before, after] = [older.snapshot, newer.snapshot];
  const changes = changesBetween(before.resources, after.resources);
  const live = sources.live === undefined ? null : await readLive(inputs, sources, after, signal);
  const now = new Date().toISOString();
  const world = worldOf(live?.resources ?? [], after.resources, changes);
  const graph = buildGraph(world, { builtAt: now, lineOf: newer.lineOf });
  graph.unread = describeGaps([...after.gaps, ...(live?.gaps ?? [])]);
  const because = `${changes.length} object${changes.length === 1 ? '' : 's'} would change`;
  const radius = changeRadius(graph, changes, { of: range, because, now });
  const gaps = [...new Set([...before.gaps, ...after.gaps].map(({ what, why }) => `${what}: ${why}`))];
  return { ...radius, diff: { base: before.revision, head: after.revision }, gaps };
}

type Repository = Omit<Extract<SourceSpec, { readonly kind: 'git' }>, 'revision' | 'kind'>;

function repositoryOf(desired: string | undefined): Repository {
  if (desired === undefined) throw usage('no repository is named', 'Give --desired REPO[:PATH]');
  const spec = parseSourceSpec(desired);
  if (spec.kind === 'directory') return { repository: spec.directory, location: 'local', path: '' };
  if (spec.revision !== null) throw usage('both --diff and --desired name a revision', 'Leave the #REVISION out');
  return spec;
}

interface Range {
  readonly base: string;
  readonly head: string;
  readonly isFork: boolean;
}

function parseRange(text: string): Range {
  const match = /^(?<base>[^.\s](?:\.?[^.\s]+)*)(?<dots>\.{2,3})(?<head>[^.\s](?:\.?[^.\s]+)*)?$/.exec(text);
  const { base, dots, head = 'HEAD' } = match?.groups ?? {};
  if (base === undefined) throw usage(`${JSON.stringify(text)} is no range`, 'Write it like main..feature');
  return { base, head, isFork: dots === '...' };
}

interface Place {
  readonly repository: Repository;
  readonly revision: string;
}

async function openRevision(
  inputs: Inputs,
  sources: SourceRequest,
  { repository: { repository, path }, revision }: Place,
  signal: AbortSignal,
): Promise<PlacedSource> {
  const desired = `${repository}#${revision}${path === '' ? '' : `:${path}`}`;
  const [placed] = await inputs.desired({ ...sources, desired }, signal);
  if (placed === undefined) throw usage('no repository is named', 'Give --desired REPO[:PATH]');
  return placed;
}

async function readRevision(
  inputs: Inputs,
  sources: SourceRequest,
  at: Place,
  signal: AbortSignal,
): Promise<{ readonly snapshot: DesiredSnapshot; readonly lineOf: ManifestSource['lineOf'] }> {
  const { source, ...place } = await openRevision(inputs, sources, at, signal);
  const { manifests } = source;
  const snapshot = placeIn(await manifests.read(signal), place, []);
  return { snapshot, lineOf: (resource, path) => manifests.lineOf(resource, path) };
}

interface Commits {
  /** A name that sources take: the commit, where the repository is at hand. */
  find(name: string): Promise<string>;
  /** Where two histories parted. */
  fork(base: string, head: string): Promise<string>;
}

/** Names such as HEAD~2 are no names of a source, so they are looked up first; a mirror is asked only once it was read. */
async function commitsOf(
  inputs: Inputs,
  sources: SourceRequest,
  repository: Repository,
  signal: AbortSignal,
): Promise<Commits> {
  const { source } = await openRevision(inputs, sources, { repository, revision: 'HEAD' }, signal);
  const { gitDirectory } = source;
  const ask = async (...args: readonly string[]): Promise<string | null> => {
    if (gitDirectory === null) return null;
    const { code, output } = await runGit(inputs.git, { gitDirectory, arguments: args, accept: [1, 128], signal });
    return code === 0 ? output.toString('utf8').trim() : null;
  };
  return {
    async find(name) {
      if (repository.location === 'remote') return name;
      const found = await ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
      if (found !== null) return found;
      throw usage(
        `${name} is no commit of ${repository.repository}`,
        'Name two branches, tags or commits, as in main..feature',
      );
    },
    async fork(base, head) {
      const found = await ask('merge-base', '--end-of-options', base, head);
      if (found !== null) return found;
      throw usage(`${base} and ${head} have no commit in common`, 'Write BASE..HEAD to compare the two as they are');
    },
  };
}

/** Callers may live outside the repository; then the live side knows them. */
async function readLive(
  inputs: Inputs,
  sources: SourceRequest,
  desired: DesiredSnapshot,
  signal: AbortSignal,
): Promise<LiveSnapshot> {
  const request = liveRequest([desired]);
  const live = await inputs.live(sources);
  return await live.read({ ...request, evidence: [...request.evidence, ...graphKinds] }, signal);
}

/** Everything as it would be, and what would be gone: who still refers to that is hit by it. */
function worldOf(
  live: readonly Resource[],
  after: readonly Resource[],
  changes: readonly ObjectChange[],
): readonly Resource[] {
  const gone = changes.flatMap(({ change, before }) => (change === 'removed' && before !== null ? [before] : []));
  const world = new Map([...live, ...gone, ...after].map((resource) => [formatResourceId(resource.id), resource]));
  return [...world.values()];
}

/** Objects that come, go or differ, field by field as the audit compares them. */
function changesBetween(before: readonly Resource[], after: readonly Resource[]): ObjectChange[] {
  const definitions = after.filter(({ id }) => id.kind === 'CustomResourceDefinition');
  const catalog = new SchemaCatalog(definitions, []);
  const old = new Map(before.map((resource) => [formatResourceId(resource.id), resource]));
  const now = new Map(after.map((resource) => [formatResourceId(resource.id), resource]));
  const changes: ObjectChange[] = [];
  for (const key of [...new Set([...old.keys(), ...now.keys()])].toSorted()) {
    const [was = null, is = null] = [old.get(key), now.get(key)];
    const id = (is ?? was)?.id;
    if (id === undefined) continue;
    const shared = { id, before: was, after: is, at: null };
    if (was === null) changes.push({ ...shared, change: 'added', paths: [] });
    else if (is === null) changes.push({ ...shared, change: 'removed', paths: [] });
    else {
      const paths = pathsBetween(was, is, catalog);
      if (paths.length > 0) changes.push({ ...shared, change: 'changed', paths });
    }
  }
  return changes;
}

function pathsBetween(was: Resource, is: Resource, catalog: SchemaCatalog): string[] {
  if (was.body === is.body) return [];
  const wanted = prepare(is, is.apiVersion, catalog);
  const { body } = prepare(was, is.apiVersion, catalog);
  return compareTrees(wanted.body, body, wanted.type).candidates.map(({ path }) => formatPath(path));
}

function usage(why: string, remedy: string): AppError {
  return new AppError({ code: 'usage', what: 'cannot compare two revisions', why, remedy });
}
