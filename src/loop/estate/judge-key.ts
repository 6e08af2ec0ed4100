import type { ManifestSource } from '../../collectors/manifest-source.ts';
import type { Difference, ResourceReport } from '../../drift/drift-report.ts';
import type { DriftSession } from '../../drift/drift-session.ts';
import type { Resource } from '../../resource/resource.ts';

export interface JudgeInput {
  /** RFC 3339. */
  readonly now: string;
  /** The source that declares the resource; undefined for a live-only one. */
  readonly source: ManifestSource | undefined;
  readonly signal: AbortSignal;
}

/** How many earlier revisions of a drifted resource are looked at for one that the live side still equals. */
const earlierLimit = 20;

/** One verdict with the lines that declare its differences. Earlier revisions cost a look into Git, so only what drifted is compared with them. */
export async function judgeKey(session: DriftSession, key: string, input: JudgeInput): Promise<ResourceReport | null> {
  const { now, source, signal } = input;
  const first = session.judge(key, now);
  const declared = session.declaredResource(key);
  if (first === null || first.drift !== 'changed' || source === undefined || declared === undefined) return first;
  const earlier = await source.earlier(declared, earlierLimit, signal);
  const versions = earlier.map(({ resource }) => ({ ...resource, id: declared.id }));
  const report = versions.length === 0 ? first : session.judge(key, now, versions);
  return report === null ? null : withLines(report, declared, source);
}

/** The line that declares each difference, instead of the line where its document starts. */
function withLines(report: ResourceReport, declared: Resource, source: ManifestSource): ResourceReport {
  const locate = (difference: Difference): Difference => {
    const line = difference.origin === null ? null : source.lineOf(declared, difference.path);
    return line === null || difference.origin === null
      ? difference
      : { ...difference, origin: { ...difference.origin, line } };
  };
  return { ...report, differences: report.differences.map(locate) };
}
