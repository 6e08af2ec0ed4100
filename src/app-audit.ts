import type { KindRef, LiveSource } from './collectors/live-source.ts';
import type { ManifestSource } from './collectors/manifest-source.ts';
import { auditReport } from './drift/detect-drift.ts';
import type { AuditReport, ResourceReport } from './drift/drift-report.ts';
import { DriftSession } from './drift/drift-session.ts';
import type { IgnoreRule } from './drift/subtract/user-rules.ts';
import { type DeclaredSource, liveRequest, placeIn } from './loop/estate/declared-sources.ts';
import { type AdmissionTrial, judgeKey } from './loop/estate/judge-key.ts';
import type { Resource } from './resource/resource.ts';
import { formatResourceId } from './resource/resource-id.ts';
import type { DesiredSnapshot, LiveSnapshot } from './resource/snapshot.ts';

export interface AuditInput {
  readonly desired: readonly DeclaredSource[];
  readonly live: LiveSource;
  readonly rules: readonly IgnoreRule[];
  /** Asked where admission may explain a difference; null: never. */
  readonly admission: AdmissionTrial | null;
  now(): Date;
}

/** Both sides as read at one moment. */
export interface BothSides {
  readonly desired: readonly DesiredSnapshot[];
  readonly live: LiveSnapshot;
  /** The source that declares a resource (by `formatResourceId`). */
  readonly sourceOf: (key: string) => ManifestSource | undefined;
}

export interface Comparison extends BothSides {
  readonly report: AuditReport;
  readonly session: DriftSession;
}

/** Reads both sides once, of the live one also the kinds `beside`. Throws AppError when a source as a whole cannot be read. */
export async function readBothSides(
  input: AuditInput,
  signal: AbortSignal,
  beside: readonly KindRef[] = [],
): Promise<BothSides> {
  const read = await Promise.all(input.desired.map((source) => source.manifests.read(signal)));
  const request = liveRequest(read);
  const live = await input.live.read({ ...request, evidence: [...request.evidence, ...beside] }, signal);
  const desired = read.map((snapshot, index) =>
    placeIn(snapshot, input.desired[index] ?? { namespace: 'default' }, live.resources),
  );
  const sources = new Map(
    desired.flatMap((snapshot, index) => {
      const source = input.desired[index]?.manifests;
      return source === undefined ? [] : snapshot.resources.map(({ id }) => [formatResourceId(id), source] as const);
    }),
  );
  return { desired, live, sourceOf: (key) => sources.get(key) };
}

/** Reads both sides once and judges everything. Throws AppError when a source as a whole cannot be read. */
export async function compareOnce(input: AuditInput, signal: AbortSignal): Promise<Comparison> {
  const sides = await readBothSides(input, signal);
  const { desired, live, sourceOf } = sides;
  // Everything has been placed already; no resource is left for this namespace.
  const session = new DriftSession({ defaultNamespace: 'default', rules: input.rules });
  session.setLive(live);
  session.setDesired(desired);
  const now = input.now().toISOString();
  const { admission } = input;
  const reports: ResourceReport[] = [];
  for (const key of session.keys()) {
    const report = await judgeKey(session, key, { now, source: sourceOf(key), admission, signal });
    if (report !== null) reports.push(report);
  }
  return { ...sides, report: auditReport(desired, withGaps(live, admission), reports), session };
}

function withGaps(live: LiveSnapshot, admission: AdmissionTrial | null): LiveSnapshot {
  return { ...live, gaps: [...live.gaps, ...(admission?.gaps ?? [])] };
}

/** One resource for each object of either side: what is live, at the place where Git declares it. */
export function mergeSides(sides: BothSides): readonly Resource[] {
  const merged = new Map<string, Resource>();
  for (const resource of sides.desired.flatMap(({ resources, entities = [] }) => [...resources, ...entities])) {
    merged.set(formatResourceId(resource.id), resource);
  }
  for (const resource of sides.live.resources) {
    const key = formatResourceId(resource.id);
    merged.set(key, { ...resource, origin: merged.get(key)?.origin ?? null });
  }
  return [...merged.values()];
}
