import type { PullRequestFacts } from './pull-request-text.ts';
import { pullRequestTitle } from './pull-request-text.ts';
import { plain } from './foreign-text.ts';

/** Subject, facts and trailers. Every foreign word is on a line that starts with a word of ours, so none can become a trailer. */
export function commitMessage(facts: PullRequestFacts): string {
  const { report, repair, fingerprint, reasons } = facts;
  const fields = report.differences.slice(0, 20).map(({ path }) => `- field ${plain(path, 160)}`);
  const rest = report.differences.length - fields.length;
  return [
    pullRequestTitle(facts),
    '',
    ...reasons.map((reason) => `Because ${plain(reason, 200)}.`),
    ...(fields.length === 0 ? [] : ['', ...fields]),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    '',
    `Mooring-Repair: ${repair}`,
    `Mooring-Fingerprint: ${fingerprint}`,
    '',
  ].join('\n');
}
