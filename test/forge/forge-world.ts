import type { RepairRepository } from '../../src/rollback/repair-repository.ts';
import type { Forge } from '../../src/rollback/forge.ts';
import type { NewPullRequest } from '../../src/rollback/pull-requests.ts';

/** One repository on a forge, as Mooring, a colleague who may write, and a stranger who may not, see it. */
export interface ForgeWorld extends AsyncDisposable {
  /** The adapter under test. Each call gives a fresh one, as after a restart. */
  forge(): Forge;
  /** How Mooring writes branches there. */
  readonly repository: RepairRepository;
  /** Puts the commit on all these branches at once. */
  publishAll(commit: string, branches: readonly string[]): Promise<void>;
  /** The token that must appear nowhere; null where there is none. */
  readonly token: string | null;
  readonly person: Person;
  readonly stranger: { comment(id: string, body: string): Promise<void> } | null;
  readonly faults: Faults | null;
}

/** A colleague with the right to write. What a forge has no word for is absent, and its tests are not made. */
export interface Person {
  /** Commits files on a branch and pushes them; answers with the commit. */
  push(branch: string, files: Readonly<Record<string, string>>): Promise<string>;
  merge(id: string, how: MergeWay): Promise<void>;
  /** Closes without merging. */
  close(id: string): Promise<void>;
  deleteBranch(branch: string): Promise<void>;
  readonly reopen?: (id: string) => Promise<void>;
  readonly edit?: (id: string, change: { readonly title?: string; readonly body?: string }) => Promise<void>;
  readonly label?: (id: string, label: string) => Promise<void>;
  readonly comment?: (id: string, body: string) => Promise<void>;
  /** Opens a pull request of their own. */
  readonly open?: (branch: string, base: string, title: string) => Promise<void>;
  /** Who was asked to review, by name. */
  readonly reviewersOf?: (id: string) => Promise<readonly string[]>;
  /** The dashboards and other issues: title, body, state. */
  readonly issues?: () => Promise<readonly Issue[]>;
  readonly closeIssue?: (title: string) => Promise<void>;
  readonly renameBase?: (to: string) => Promise<void>;
  readonly deleteRepository?: () => Promise<void>;
}

export interface Issue {
  readonly title: string;
  readonly body: string;
  readonly open: boolean;
}

export type MergeWay = 'merge' | 'squash' | 'rebase';

/** What stands between Mooring and the forge may fail. */
export interface Faults {
  /** The next `times` requests are answered with this status and never reach the forge. */
  refuse(status: number, times: number, headers?: Readonly<Record<string, string>>): void;
  /** The next writing request takes effect, but its answer is lost and becomes this status. */
  loseAnswer(status: number): void;
  /** Readings answer what they answered before the last write, `times` times. */
  staleReads(times: number): void;
  /** Writing requests that reached the forge so far. */
  writes(): number;
}

/** What a harness brings. `ways` are those in which a person can merge there. */
export interface ForgeHarness {
  readonly name: string;
  readonly ways: readonly MergeWay[];
  /** Which of the optional acts of people, and faults, the worlds have. */
  readonly has: {
    readonly person: ReadonlySet<keyof Person>;
    readonly stranger: boolean;
    readonly faults: boolean;
  };
  /** Name of somebody who can be asked for a review; null where nobody can. */
  readonly reviewer: string | null;
  /** More proposals than two pages of its lists hold. */
  readonly many: number;
  /** A new repository with `web.yaml` on the branch `main`. */
  open(): Promise<ForgeWorld>;
}

export const signal = new AbortController().signal;

/** Writes the branch `mooring/adopt/<n>` with a change of its own. */
export async function pushBranch(world: ForgeWorld, name: string): Promise<NewPullRequest> {
  const { repository } = world;
  const branch = `mooring/adopt/${name}`;
  const parent = await repository.baseCommit(signal);
  const files = [{ file: `${name}.yaml`, before: null, after: `name: ${name}\n` }];
  const commit = await repository.writeCommit({ parent, files, message: `Adopt ${name}` }, signal);
  await repository.publish(branch, commit, null, signal);
  return request(name, commit);
}

export function request(name: string, commit: string, more: Partial<NewPullRequest> = {}): NewPullRequest {
  const block = `<!-- mooring {"schema":1,"object":"apps%2FDeployment%2Fshop%2F${name}","fingerprint":"f","repair":"adopt","base":null} -->`;
  const content = { title: `Adopt ${name}`, body: `Body of ${name}\n\n${block}\n` };
  return {
    branch: `mooring/adopt/${name}`,
    base: 'main',
    commit,
    ...content,
    labels: [],
    reviewers: [],
    draft: false,
    ...more,
  };
}
