import type { JsonObject } from './json.ts';
import type { Resource } from './resource.ts';

/** Which resources a gap leaves without a judgement; an absent member means "every". */
export interface GapScope {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Something that could not be read. Absent and unreadable are two different things: a gap never counts as absence. */
export interface Gap {
  /** What could not be read: "secrets in namespace shop", "web.yaml document 3". */
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
  readonly scope: GapScope;
  /** The objects exist and were read in part (metadata of Secrets): what was read is judged. */
  readonly partial?: boolean;
}

/** Resources at a moment plus what could not be read. `readAt` is RFC 3339. */
export interface Snapshot {
  readonly source: string;
  readonly resources: readonly Resource[];
  readonly gaps: readonly Gap[];
  readonly readAt: string;
}

/** A path that two renderings of the same input disagreed on (random, clock): nobody can judge it. Dotted as in CONTRACTS 1. */
export interface UnstablePath {
  readonly resource: string;
  readonly path: string;
}

/** What one source alone declares. Kinds are written `Deployment`, or with their group: `ClusterRole.rbac.authorization.k8s.io`. */
export interface Ownership {
  readonly namespaces: readonly string[];
  readonly kinds: readonly string[];
}

export interface DesiredSnapshot extends Snapshot {
  /** Namespaces and kinds that belong to this source; absent: none. */
  readonly owns?: Ownership;
  /** The commit, or null for a plain directory. */
  readonly revision: string | null;
  readonly unstable: readonly UnstablePath[];
  /** What tells of the estate and is not judged: entities of Backstage, objects in which a key is there twice. Absent: none. */
  readonly entities?: readonly Resource[];
  /** Why what is declared may be something else by now: the objects are known, and none of them can be judged. */
  readonly doubt?: string;
}

export interface LiveSnapshot extends Snapshot {
  /** `/openapi/v3` documents of the cluster, as served; empty when none could be read. */
  readonly openApi: readonly JsonObject[];
}

/** Whether a gap leaves `id` without a judgement. */
export function gapCovers(
  gap: Gap,
  id: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string },
): boolean {
  const { group, kind, namespace, name } = gap.scope;
  return (
    (group === undefined || group === id.group) &&
    (kind === undefined || kind === id.kind) &&
    (namespace === undefined || namespace === id.namespace) &&
    (name === undefined || name === id.name)
  );
}

/** What could not be read at all, a sentence each; what was read in part is not among it. */
export function describeGaps(gaps: readonly Gap[]): readonly string[] {
  return [...new Set(gaps.filter(({ partial }) => partial !== true).map(({ what, why }) => `${what} (${why})`))];
}
