/** One issue of a repository that shows what Mooring holds back there, and why. */
export interface Dashboard {
  /**
   * Makes the issue, or edits it when it reads otherwise. It is found by a hidden mark. One that a person closed stays closed, and
   * its text is still kept current. Throws AppError `proposal-failed` when the forge refuses or does not answer.
   */
  show(title: string, body: string, signal: AbortSignal): Promise<{ readonly link: string }>;
}
