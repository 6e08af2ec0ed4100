import type { DashboardText } from '../dashboard.ts';
import { code, prose } from './foreign-text.ts';

/** Something that gets no proposal now. */
export interface HeldBack {
  /** `apps/Deployment/shop/web`. */
  readonly resource: string;
  /** `held`, `stale` or `failed`. */
  readonly kind: string;
  readonly reason: string;
}

const mostRows = 200;

/** What the dashboard of a repository says, in the order of names, so that the same things always read the same. */
export function dashboardText(held: readonly HeldBack[]): DashboardText {
  const rows = held.toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
  const shown = rows
    .slice(0, mostRows)
    .map(({ resource, kind, reason }) => `| ${code(resource)} | ${kind} | ${prose(reason, 200)} |`);
  const rest = rows.length - shown.length;
  const table = rows.length === 0 ? ['Nothing is held back.'] : ['| object | | why |', '|---|---|---|', ...shown];
  const more = rest > 0 ? ['', `and ${rest} more.`] : [];
  const intro =
    'What differs between Git and the cluster, and gets no pull request now. Mooring keeps this text; closing the issue hides it for good.';
  return { title: 'Mooring: what is held back', body: [intro, '', ...table, ...more, ''].join('\n') };
}
