import { createHash } from 'node:crypto';
import { renderedSourceOf } from './app-rendered.ts';
import type { OpenedSource } from './app-sources.ts';
import type { Comparison } from './app-audit.ts';
import type { ResourceReport } from './drift/drift-report.ts';
import { changeRadius, isKnown } from './graph/change/change-radius.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import { resourceKey } from './graph/build-graph.ts';
import { formatJson, type JsonValue, parseJson } from './resource/json.ts';
import type { Resource } from './resource/resource.ts';
import { formatResourceId } from './resource/resource-id.ts';
import type { DryRun } from './rollback/dry-run.ts';
import { planProvedRepair } from './rollback/plan-repair.ts';
import type { PlannedRepair, Repair } from './rollback/repair-plan.ts';
import type { EarlierRevision, RepairRequest, SourceFile } from './rollback/repair-request.ts';
import { driftedFields, idOfReport } from './severity/judge-drift.ts';

export interface PlanInput {
  readonly report: ResourceReport;
  readonly desired: Resource | null;
  readonly live: Resource | null;
  /** The source that declares the resource, or would. */
  readonly source: OpenedSource;
  readonly base: string | null;
  readonly graph: DependencyGraph;
  readonly cluster: string | null;
  readonly repair: Repair | undefined;
  /** Field managers whose changes are meant. */
  readonly sanctionedManagers: readonly string[];
  /** The API server that is asked whether it would accept the result; null: none. */
  readonly dryRun: DryRun | null;
}

/** How many earlier revisions a revert may choose from. */
const earlierLimit = 50;

/** Gathers everything a plan is made of, and makes it. */
export async function planFor(input: PlanInput, signal: AbortSignal): Promise<PlannedRepair> {
  const { report, desired, live, source, base, cluster, repair, dryRun, sanctionedManagers } = input;
  const request: RepairRequest = {
    report,
    desired,
    live,
    files: filesOf(desired, source),
    // Origins are relative to the repository's root already.
    prefix: '',
    rendering: source.renderer.kind,
    base,
    earlier: desired === null ? [] : await earlierOf(desired, source, signal),
    blastRadius: radiusOf(input),
    cluster,
    sanctionedManagers,
    hash: sha256,
    ...(repair === undefined ? {} : { wanted: repair }),
  };
  const rendered = desired === null ? null : renderedSourceOf(source.renderer, desired);
  return await planProvedRepair(request, { rendered, dryRun }, signal);
}

/** Both sides of the resource that a report is about. */
export function sidesOf(comparison: Comparison, report: ResourceReport): Pick<PlanInput, 'desired' | 'live'> {
  const id = idOfReport(report);
  return {
    desired: comparison.session.declaredResource(formatResourceId(id)) ?? null,
    live: comparison.session.liveResource(id) ?? null,
  };
}

function filesOf(desired: Resource | null, source: OpenedSource): readonly SourceFile[] {
  const file = desired?.origin?.file;
  const text = file === undefined ? undefined : source.manifests.text(file);
  return file === undefined || text === undefined ? [] : [{ file, text }];
}

async function earlierOf(
  desired: Resource,
  source: OpenedSource,
  signal: AbortSignal,
): Promise<readonly EarlierRevision[]> {
  return await source.manifests.earlier(desired, earlierLimit, signal);
}

/** The blast radius of what drifted, as plain JSON; null when nothing is known of who depends on the resource. */
function radiusOf({ graph, report, desired, live }: PlanInput): JsonValue | null {
  const id = idOfReport(report);
  const change = { id, ...driftedFields(report), before: desired, after: live, at: null };
  const [first] = report.differences;
  const because = first === undefined ? `it is ${report.drift ?? report.verdict}` : `${first.path} drifted`;
  const of = graph.landscape.places.get(resourceKey(graph, id)) ?? formatResourceId(id);
  const radius = changeRadius(graph, [change], { of, because });
  return isKnown(radius) ? parseJson(formatJson(radius)) : null;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
