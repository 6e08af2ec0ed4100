import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { detectDrift } from '../../src/drift/detect-drift.ts';
import type { AuditReport, ResourceReport } from '../../src/drift/drift-report.ts';
import { createKubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import { liveRequest, placeIn } from '../../src/loop/estate/declared-sources.ts';
import { formatResourceId } from '../../src/resource/resource-id.ts';
import type { DesiredSnapshot } from '../../src/resource/snapshot.ts';
import { sharedPlane } from './plane-access.ts';

export interface PlaneAudit {
  /** YAML documents, as Git would hold them. */
  readonly manifests: string;
  /** Where objects without a namespace belong. */
  readonly namespace: string;
  /** Whether the data of Secrets is read. Default false, as in the product. */
  readonly readSecrets?: boolean;
  /** The same documents as an earlier revision held them. */
  readonly earlier?: string;
}

/** What `mooring audit` says about these manifests and the shared plane, read through the real live source. */
export async function auditPlane(audit: PlaneAudit): Promise<AuditReport> {
  const readAt = new Date().toISOString();
  const declared = declaredSnapshot(audit.manifests, readAt);
  const source = await createKubernetesSource({
    kubeconfig: sharedPlane().kubeconfig,
    environment: {},
    readSecrets: audit.readSecrets ?? false,
  });
  try {
    const live = await source.read(liveRequest([declared]), AbortSignal.timeout(60_000));
    const desired = placeIn(declared, audit, live.resources);
    const before = placeIn(declaredSnapshot(audit.earlier ?? '', readAt), audit, live.resources);
    const earlier = new Map(before.resources.map((resource) => [formatResourceId(resource.id), [resource]] as const));
    return detectDrift([desired], live, { defaultNamespace: audit.namespace }, { now: readAt, earlier });
  } finally {
    await source.close();
  }
}

function declaredSnapshot(manifests: string, readAt: string): DesiredSnapshot {
  const { resources, gaps } = parseManifests(manifests, 'declared.yaml');
  return { source: 'manifests', revision: null, resources, gaps, unstable: [], readAt };
}

const marks = { changed: '~', added: '+', removed: '-' } as const;

/** Everything a report holds against a resource, in short: `~spec.replicas`, `missing`, `invalid spec.x`. */
export function findingsOf(report: ResourceReport): readonly string[] {
  return [
    ...(report.drift === 'missing' || report.drift === 'extra' ? [report.drift] : []),
    ...report.differences.map(({ change, path }) => `${marks[change]}${path}`),
    ...report.invalid.map(({ path }) => `invalid ${path}`),
    ...report.pending.map(({ path }) => `pending ${path}`),
  ].sort();
}

/** The resources a report has anything to say about, with what it says: `Deployment web: ~spec.replicas`. */
export function allFindings(report: AuditReport): readonly string[] {
  return report.resources.flatMap((resource) =>
    findingsOf(resource).map((finding) => `${resource.kind} ${resource.name}: ${finding}`),
  );
}
