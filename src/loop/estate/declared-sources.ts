import type { KindRef, LiveRequest } from '../../collectors/live-source.ts';
import type { ManifestSource } from '../../collectors/manifest-source.ts';
import { evidenceKinds, hasTellingStatus, isMadeInMasses } from '../../drift/evidence-kinds.ts';
import { ResourceScope } from '../../drift/resource-scope.ts';
import type { Resource } from '../../resource/resource.ts';
import { formatResourceId } from '../../resource/resource-id.ts';
import type { DesiredSnapshot, Ownership } from '../../resource/snapshot.ts';

/** What a source is to the others. */
export interface SourcePlace {
  /** Where its objects without a namespace belong. */
  readonly namespace: string;
  /** What it is called in reports; absent: as the manifests call themselves. */
  readonly name?: string;
  /** What belongs to it alone. */
  readonly owns?: Ownership;
}

/** One desired source and its place. */
export interface DeclaredSource extends SourcePlace {
  readonly manifests: ManifestSource;
}

/** What has to be read of the live side to judge these manifests. */
export function liveRequest(desired: readonly DesiredSnapshot[]): LiveRequest {
  const kinds = new Map<string, KindRef>();
  for (const { resources } of desired) {
    for (const { apiVersion, id } of resources) kinds.set(`${apiVersion}/${id.kind}`, { apiVersion, kind: id.kind });
  }
  const declared = [...kinds.values()];
  const evidence = evidenceKinds(declared);
  const masses = declared.filter(isMadeInMasses).map((kind) => ({ ...kind, names: namesOf(kind, desired) }));
  return { declared, evidence, statuses: [...declared, ...evidence].filter(hasTellingStatus), masses };
}

function namesOf({ apiVersion, kind }: KindRef, desired: readonly DesiredSnapshot[]): readonly string[] {
  const resources = desired.flatMap((snapshot) => snapshot.resources);
  const names = resources.filter((each) => each.apiVersion === apiVersion && each.id.kind === kind);
  return [...new Set(names.map(({ id }) => id.name))].sort();
}

/** Each source has its own default namespace, which only the scope of a kind tells whether to use. */
export function placeIn(
  snapshot: DesiredSnapshot,
  { namespace, name, owns }: SourcePlace,
  liveDefinitions: readonly Resource[],
): DesiredSnapshot {
  const definitions = [...liveDefinitions, ...snapshot.resources].filter(
    ({ id }) => id.kind === 'CustomResourceDefinition',
  );
  const scope = new ResourceScope(definitions, namespace);
  const moved = new Map<string, string>();
  const resources = snapshot.resources.map((resource) => {
    const id = scope.place(resource);
    if (id === resource.id) return resource;
    moved.set(formatResourceId(resource.id), formatResourceId(id));
    return { ...resource, id };
  });
  // What cannot be judged is named by the resource, which has another name now.
  const unstable = snapshot.unstable.map((each) => ({ ...each, resource: moved.get(each.resource) ?? each.resource }));
  const own = { source: name ?? snapshot.source, ...(owns === undefined ? {} : { owns }) };
  return { ...snapshot, ...own, resources, unstable };
}
