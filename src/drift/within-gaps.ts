import type { Resource } from '../resource/resource.ts';
import { type Gap, gapCovers } from '../resource/snapshot.ts';
import type { ResourceReport, Verdict } from './drift-report.ts';
import { undeterminedReport } from './judge-object.ts';

/** A report of a declared resource as far as its live side was read: stale is not judged at all, read in part is judged in that part. */
export function withinGaps(report: ResourceReport, declared: Resource, gaps: readonly Gap[]): ResourceReport {
  const covering = gaps.filter((gap) => gapCovers(gap, declared.id));
  const stale = covering.find((gap) => gap.partial !== true);
  if (stale !== undefined) return undeterminedReport(declared, `${stale.what}: ${stale.why}`);
  const [partial] = covering;
  if (partial === undefined) return report;
  const differences = report.differences.filter(({ path }) => path.startsWith('metadata'));
  const verdict: Verdict = differences.length > 0 ? 'drifted' : report.invalid.length > 0 ? 'invalid' : 'undetermined';
  return {
    ...report,
    differences,
    verdict,
    drift: differences.length > 0 ? 'changed' : null,
    undetermined: [...report.undetermined, { path: 'data', reason: `${partial.what}: ${partial.why}` }],
  };
}
