/** What somebody wrote under a pull request. Text of strangers: it is looked at for commands and never repeated. */
export interface Comment {
  readonly id: string;
  readonly author: string;
  readonly body: string;
  /** RFC 3339, of the last edit. */
  readonly at: string;
  /** Written by Mooring. */
  readonly own: boolean;
  /** Whether the author may push to the repository; null when the forge does not tell, which counts as no. */
  readonly mayWrite: boolean | null;
}

/** Comments under a pull request. Throws AppError `proposal-failed` when the forge refuses or does not answer. */
export interface Conversation {
  /** Of the pull request with this id, oldest first. */
  list(id: string, signal: AbortSignal): Promise<readonly Comment[]>;
  /**
   * Says something once: what Mooring said before on the same topic (kebab-case words) is edited in place, and left alone when it reads
   * the same already. May be repeated.
   */
  say(id: string, topic: string, body: string, signal: AbortSignal): Promise<void>;
}
