import type { OwnerDialect } from './owners.ts';

/** `merged` and `closed` end a proposal. */
export type PullRequestState = 'open' | 'merged' | 'closed';

/** What a forge can do, as far as it changes what Mooring asks of it. */
export interface ForgeTraits {
  /** `local`, `gitea` …: as the configuration names it. */
  readonly name: string;
  /** Longest body, in UTF-16 code units; longer ones are cut before they reach the forge. */
  readonly bodyLimit: number;
  /** `title-prefix`: a draft is told by words in front of its title, which the adapter adds and takes away. */
  readonly drafts: 'yes' | 'title-prefix' | 'no';
  readonly labels: boolean;
  /** Whether anybody can be asked for a review. */
  readonly reviewers: boolean;
  /** The dialect of CODEOWNERS by which Mooring asks for reviews; null where there is none, or the forge asks the owners by itself. */
  readonly owners: OwnerDialect | null;
  /** `text`: the body is shown as it is, so HTML comments would be seen; the adapter hides the machine block in another way. */
  readonly markdown: 'html-comments' | 'text';
}

export interface PullRequest {
  /** How the forge calls it: a number, or the branch for a forge without numbers. */
  readonly id: string;
  readonly branch: string;
  readonly base: string;
  /** Without the words that mark a draft. */
  readonly title: string;
  /** With the machine block as it was given. */
  readonly body: string;
  readonly state: PullRequestState;
  /** Not ready for review. */
  readonly draft: boolean;
  readonly labels: readonly string[];
  /** Closed without merging by somebody else than Mooring: it is not proposed again. */
  readonly closedByPerson: boolean;
  /** Open again after Mooring had closed it: a person wants it. */
  readonly reopened: boolean;
  /** Head of the branch as the forge shows it, or as Mooring last recorded it. */
  readonly commit: string;
  /** The commit that brought it into the base, where the forge knows it: of a merge, a squash, or the last of a rebase. */
  readonly mergeCommit: string | null;
  /** RFC 3339. */
  readonly openedAt: string;
  /** RFC 3339; not before `openedAt`. */
  readonly updatedAt: string;
  /** Where a person looks at it: a URL, or a command. */
  readonly link: string;
}

export interface NewPullRequest {
  readonly branch: string;
  /** Name of the branch to merge into. */
  readonly base: string;
  readonly commit: string;
  readonly title: string;
  /** Not longer than `bodyLimit`. */
  readonly body: string;
  /** Labels of Mooring begin with `mooring`; those that are not named here any more are taken off, labels of people never. */
  readonly labels: readonly string[];
  /** Who is asked for a review, as CODEOWNERS writes it without `@`: `pat`, `org/team`, `pat@example.org`. Those that the forge does not know are left out. */
  readonly reviewers: readonly string[];
  /** Asks for no review yet. A forge without drafts ignores it. */
  readonly draft: boolean;
}

/**
 * The proposals of one repository on a forge. Every method may be repeated: opening what is open answers with what is there,
 * closing what is closed changes nothing. Throws AppError `proposal-failed` when the forge refuses or does not answer.
 */
export interface PullRequests {
  readonly traits: ForgeTraits;
  /** The newest one of this branch in any state; undefined when there never was one. */
  find(branch: string, signal: AbortSignal): Promise<PullRequest | undefined>;
  /**
   * All that Mooring ever opened here, newest first. What Mooring closed once, and a person opened and closed again, may still count as
   * closed by Mooring here; `find` is exact.
   */
  list(signal: AbortSignal): Promise<readonly PullRequest[]>;
  open(request: NewPullRequest, signal: AbortSignal): Promise<PullRequest>;
  /** Title, body, labels and draft as given; asks nobody for a review who was asked before. Opens it when there is none. */
  update(request: NewPullRequest, signal: AbortSignal): Promise<PullRequest>;
  /** Closes without merging, leaves the reason where people see it, and removes the branch unless a person wrote to it. */
  close(branch: string, reason: string, signal: AbortSignal): Promise<void>;
}
