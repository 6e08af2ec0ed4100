import type { ResourceReport, Suppression } from './drift-report.ts';

/** What differs from object to object (a uid, an address) has no twin; beyond this many at one path none is looked for. */
const mostAlike = 8;

/**
 * Shares equal suppressions between reports. Ten thousand objects have some sixty each, nearly all of them alike (the same default at
 * the same path); kept apart they weigh more than everything else that is known of the objects.
 */
export class SharedSuppressions {
  readonly #byPath = new Map<string, Suppression[]>();

  /** The same report, holding suppressions that other reports hold as well. */
  share(report: ResourceReport): ResourceReport {
    if (report.suppressions.length === 0) return report;
    return { ...report, suppressions: report.suppressions.map((suppression) => this.#shared(suppression)) };
  }

  /** Forgets what it knows; what is shared already stays so. */
  clear(): void {
    this.#byPath.clear();
  }

  #shared(suppression: Suppression): Suppression {
    const alike = this.#byPath.get(suppression.path);
    if (alike === undefined) {
      this.#byPath.set(suppression.path, [suppression]);
      return suppression;
    }
    const found = alike.find((kept) => isSame(kept, suppression));
    if (found !== undefined) return found;
    const sharing = { ...suppression, path: alike[0]?.path ?? suppression.path };
    if (alike.length < mostAlike) alike.push(sharing);
    return sharing;
  }
}

function isSame(one: Suppression, other: Suppression): boolean {
  return (
    one.live === other.live &&
    one.desired === other.desired &&
    one.reason === other.reason &&
    one.class === other.class &&
    one.rule === other.rule &&
    one.confidence === other.confidence
  );
}
