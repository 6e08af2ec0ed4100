import type { ManifestSource } from '../../collectors/manifest-source.ts';
import type { Difference, ResourceReport } from '../../drift/drift-report.ts';
import type { DriftSession } from '../../drift/drift-session.ts';
import type { TriedObject } from '../../drift/subtract/admission-reproduced.ts';
import { isWorthTrying } from '../../drift/subtract/admission-trial.ts';
import type { Resource } from '../../resource/resource.ts';
import type { Gap } from '../../resource/snapshot.ts';

/** Asks the cluster what it makes of a declared object, without doing it. */
export interface AdmissionTrial {
  /** Never throws but for an abort. */
  tryOut(declared: Resource, signal: AbortSignal): Promise<TrialAnswer>;
  /** Kinds that may not be tried. They cover no resource: everything is judged without. */
  readonly gaps: readonly Gap[];
}

export type TrialAnswer =
  | { readonly kind: 'tried'; readonly object: TriedObject }
  /** `why` is null when `gaps` says it already. */
  | { readonly kind: 'untried'; readonly why: string | null };

export interface JudgeInput {
  /** RFC 3339. */
  readonly now: string;
  /** The source that declares the resource; undefined for a live-only one. */
  readonly source: ManifestSource | undefined;
  /** Null: admission is not asked. */
  readonly admission: AdmissionTrial | null;
  readonly signal: AbortSignal;
}

/** How many earlier revisions of a drifted resource are looked at for one that the live side still equals. */
const earlierLimit = 20;

/**
 * One verdict with the lines that declare its differences. Earlier revisions cost a look into Git and admission costs a request, so
 * only what drifted is compared with them.
 */
export async function judgeKey(session: DriftSession, key: string, input: JudgeInput): Promise<ResourceReport | null> {
  const { now, source, signal } = input;
  const declared = session.declaredResource(key);
  const untried = session.judge(key, now);
  if (untried === null || declared === undefined) return untried;
  const answer = await answerFor(untried, declared, input);
  const tried = answer?.kind === 'tried' ? answer.object : null;
  const first = tried === null ? untried : session.judge(key, now, [], tried);
  const why = answer?.kind === 'untried' ? answer.why : null;
  if (first === null || first.drift !== 'changed' || source === undefined) return withWhy(first, why);
  const earlier = await source.earlier(declared, earlierLimit, signal);
  const versions = earlier.map(({ resource }) => ({ ...resource, id: declared.id }));
  const report = versions.length === 0 ? first : session.judge(key, now, versions, tried);
  return report === null ? null : withWhy(withLines(report, declared, source), why);
}

async function answerFor(report: ResourceReport, declared: Resource, input: JudgeInput): Promise<TrialAnswer | null> {
  if (input.admission === null || !isWorthTrying(report)) return null;
  return await input.admission.tryOut(declared, input.signal);
}

/** Without an answer the verdict stands, and says that it stands without. */
function withWhy(report: ResourceReport | null, why: string | null): ResourceReport | null {
  if (report === null || why === null) return report;
  return { ...report, notes: [...report.notes, `admission-untried: ${why}`] };
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
