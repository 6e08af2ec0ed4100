export interface DashboardText {
  readonly title: string;
  readonly body: string;
}

/** One issue of a repository that shows what Mooring holds back there, and why. */
export interface Dashboard {
  /**
   * Edits the issue when it reads otherwise; makes it when there is none and `create` says so. It is found by a hidden mark. One that a
   * person closed stays closed, and its text is still kept current. Null when there is none. Throws AppError `proposal-failed` when the
   * forge refuses or does not answer.
   */
  show(text: DashboardText, create: boolean, signal: AbortSignal): Promise<{ readonly link: string } | null>;
}
