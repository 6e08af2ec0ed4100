import { AppError } from '../errors/app-error.ts';
import { type GitPlace, gitText, gitTextIfAny } from './git-call.ts';

const objectId = /^[\da-f]{40}([\da-f]{24})?$/;

/** The object that a ref names where people see it, brought into the local object store; undefined when there is no such ref. */
export async function readRef(place: GitPlace, ref: string, signal: AbortSignal): Promise<string | undefined> {
  checkRef(ref);
  const { remote } = place;
  if (remote === null)
    return await gitTextIfAny(place, ['rev-parse', '--verify', '--quiet', '--end-of-options', ref], signal);
  const id = (await listRefs(place, ref, signal)).get(ref);
  if (id !== undefined) await fetchObject(place, ref, id, signal);
  return id;
}

/** Refs that match a pattern of `ls-remote` (`refs/mooring/proposals/*`), with what they name; nothing is fetched. */
export async function listRefs(
  place: GitPlace,
  pattern: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { remote } = place;
  const output =
    remote === null
      ? await gitText(
          place,
          ['for-each-ref', '--format=%(objectname)%09%(refname)', '--', pattern.replace(/\/\*$/, '/')],
          signal,
        )
      : await overNetwork(place, ['ls-remote', '--', remote.url, pattern], signal);
  const refs = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [id, ref] = line.trimEnd().split('\t');
    if (id !== undefined && ref !== undefined && objectId.test(id)) refs.set(ref, id);
  }
  return refs;
}

/** `moved` when the ref is not at `expected` (null: absent) any more. Anything else that goes wrong throws AppError. */
export async function writeRef(
  place: GitPlace,
  ref: string,
  change: { readonly to: string; readonly expected: string | null },
  signal: AbortSignal,
): Promise<'written' | 'moved'> {
  checkRef(ref);
  const { remote } = place;
  try {
    if (remote === null) {
      const old = change.expected ?? '0'.repeat(change.to.length);
      await gitText(place, ['update-ref', '--no-deref', ref, change.to, old], signal);
    } else {
      const lease = `--force-with-lease=${ref}:${change.expected ?? ''}`;
      await overNetwork(
        place,
        ['push', '--quiet', '--no-verify', lease, '--', remote.url, `${change.to}:${ref}`],
        signal,
      );
    }
    return 'written';
  } catch (error) {
    const now = await readRef(place, ref, signal);
    if (now === change.to) return 'written';
    if ((now ?? null) !== change.expected) return 'moved';
    throw error;
  }
}

/** Removes a ref only if it still is at `expected`; `moved` leaves it alone. */
export async function deleteRef(
  place: GitPlace,
  ref: string,
  expected: string,
  signal: AbortSignal,
): Promise<'deleted' | 'moved'> {
  if ((await readRef(place, ref, signal)) !== expected) return 'moved';
  const { remote } = place;
  if (remote === null) await gitText(place, ['update-ref', '--no-deref', '-d', ref, expected], signal);
  else
    await overNetwork(
      place,
      ['push', '--quiet', '--no-verify', `--force-with-lease=${ref}:${expected}`, '--', remote.url, `:${ref}`],
      signal,
    );
  return 'deleted';
}

/** Brings an object that `ref` names on the remote into the mirror. The ref is fetched by name: servers need not serve bare ids. */
async function fetchObject(place: GitPlace, ref: string, id: string, signal: AbortSignal): Promise<void> {
  if (place.remote === null || (await gitTextIfAny(place, ['cat-file', '-e', id], signal)) !== undefined) return;
  const local = `+${ref}:refs/mooring/seen/${ref.replace(/^refs\//, '')}`;
  await overNetwork(
    place,
    ['fetch', '--quiet', '--no-tags', '--no-auto-maintenance', '--no-write-fetch-head', '--', place.remote.url, local],
    signal,
  );
}

export async function overNetwork(place: GitPlace, args: readonly string[], signal: AbortSignal): Promise<string> {
  const { remote } = place;
  const network = remote === null ? {} : { protocols: remote.protocols, settings: remote.settings };
  const answer = await place.git({ gitDirectory: place.gitDirectory, arguments: args, ...network, signal });
  return answer.output.toString('utf8').trimEnd();
}

/** Git's own rules for names, and no room for an option. */
function checkRef(ref: string): void {
  const bad =
    /[\p{Cc}\s~^:?*[\\]|\.\.|@\{|\/\/|(^|\/)[.-]|\.lock(\/|$)|[./]$/u.test(ref) ||
    !ref.startsWith('refs/') ||
    ref.length > 300;
  if (!bad) return;
  throw new AppError({
    code: 'git-refused',
    what: 'a branch name is not allowed',
    why: `${JSON.stringify(ref.slice(0, 80))} breaks git's rules`,
    remedy: 'Use another name',
  });
}
