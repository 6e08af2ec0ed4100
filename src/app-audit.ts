import type { KindRef, LiveRequest, LiveSource } from './collectors/live-source.ts';
import type { ManifestSource } from './collectors/manifest-source.ts';
import { auditReport } from './drift/detect-drift.ts';
import type { AuditReport, Difference, ResourceReport } from './drift/drift-report.ts';
import { DriftSession } from './drift/drift-session.ts';
import { evidenceKinds } from './drift/evidence-kinds.ts';
import { ResourceScope } from './drift/resource-scope.ts';
import type { IgnoreRule } from './drift/subtract/user-rules.ts';
import type { Resource } from './resource/resource.ts';
import { formatResourceId } from './resource/resource-id.ts';
import type { DesiredSnapshot, LiveSnapshot } from './resource/snapshot.ts';

/** One desired source and where its objects without a namespace belong. */
export interface DesiredSource {
  readonly manifests: ManifestSource;
  readonly namespace: string;
}

export interface AuditInput {
  readonly desired: readonly DesiredSource[];
  readonly live: LiveSource;
  readonly rules: readonly IgnoreRule[];
  now(): Date;
}

/** One comparison with everything it was made from. */
export interface Comparison {
  readonly report: AuditReport;
  readonly session: DriftSession;
  readonly desired: readonly DesiredSnapshot[];
  readonly live: LiveSnapshot;
  /** The source that declares a resource (by `formatResourceId`). */
  sourceOf(key: string): ManifestSource | undefined;
}

/** How many earlier revisions of a drifted resource are looked at for one that the live side still equals. */
const earlierLimit = 20;

/** Reads both sides once and judges everything. Throws AppError when a source as a whole cannot be read. */
export async function compareOnce(input: AuditInput, signal: AbortSignal): Promise<Comparison> {
  const read = await Promise.all(input.desired.map((source) => source.manifests.read(signal)));
  const live = await input.live.read(liveRequest(read), signal);
  const desired = read.map((snapshot, index) => placeIn(snapshot, input.desired[index]?.namespace ?? 'default', live));
  const session = new DriftSession({ defaultNamespace: 'default', rules: input.rules });
  session.setLive(live);
  session.setDesired(desired);
  const sources = sourcesByKey(desired, input.desired);
  const now = input.now().toISOString();
  const reports: ResourceReport[] = [];
  for (const key of session.keys()) {
    const report = await judge(session, key, { now, source: sources.get(key), signal });
    if (report !== null) reports.push(report);
  }
  return { report: auditReport(desired, live, reports), session, desired, live, sourceOf: (key) => sources.get(key) };
}

/** What has to be read of the live side to judge these manifests. */
export function liveRequest(desired: readonly DesiredSnapshot[]): LiveRequest {
  const kinds = new Map<string, KindRef>();
  for (const { resources } of desired) {
    for (const { apiVersion, id } of resources) kinds.set(`${apiVersion}/${id.kind}`, { apiVersion, kind: id.kind });
  }
  const declared = [...kinds.values()];
  return { declared, evidence: evidenceKinds(declared) };
}

/** Each source has its own default namespace, which only the scope of a kind tells whether to use. */
export function placeIn(snapshot: DesiredSnapshot, namespace: string, live: LiveSnapshot): DesiredSnapshot {
  const definitions = [...live.resources, ...snapshot.resources].filter(
    ({ id }) => id.kind === 'CustomResourceDefinition',
  );
  const scope = new ResourceScope(definitions, namespace);
  const resources = snapshot.resources.map((resource) => {
    const id = scope.place(resource);
    return id === resource.id ? resource : { ...resource, id };
  });
  return { ...snapshot, resources };
}

interface JudgeInput {
  readonly now: string;
  readonly source: ManifestSource | undefined;
  readonly signal: AbortSignal;
}

/** Earlier revisions cost a look into Git, so only what drifted is compared with them. */
async function judge(session: DriftSession, key: string, input: JudgeInput): Promise<ResourceReport | null> {
  const first = session.judge(key, input.now);
  const declared = session.declaredResource(key);
  if (first === null || first.drift !== 'changed' || input.source === undefined || declared === undefined) return first;
  const earlier = await input.source.earlier(declared, earlierLimit, input.signal);
  const versions = earlier.map(({ resource }) => ({ ...resource, id: declared.id }));
  const report = versions.length === 0 ? first : session.judge(key, input.now, versions);
  return report === null ? null : withLines(report, declared, input.source);
}

/** The line that declares each difference, instead of the line where its document starts. */
export function withLines(report: ResourceReport, declared: Resource, source: ManifestSource): ResourceReport {
  const locate = (difference: Difference): Difference => {
    const line = difference.origin === null ? null : source.lineOf(declared, difference.path);
    return line === null || difference.origin === null
      ? difference
      : { ...difference, origin: { ...difference.origin, line } };
  };
  return { ...report, differences: report.differences.map(locate) };
}

function sourcesByKey(
  desired: readonly DesiredSnapshot[],
  sources: readonly DesiredSource[],
): ReadonlyMap<string, ManifestSource> {
  const byKey = new Map<string, ManifestSource>();
  for (const [index, snapshot] of desired.entries()) {
    const source = sources[index]?.manifests;
    if (source === undefined) continue;
    for (const { id } of snapshot.resources) byKey.set(formatResourceId(id), source);
  }
  return byKey;
}
