import {
  definedApiVersions,
  definitionKinds,
  installedEngineKinds,
  isEngineObject,
  supportingKinds,
} from './collectors/discovery/discovery-kinds.ts';
import type { ClusterFacts } from './collectors/render/cluster-facts.ts';
import type { KindRef, LiveSource } from './collectors/live-source.ts';
import { type JsonObject, stringAt } from './resource/json.ts';
import type { Resource } from './resource/resource.ts';
import type { Gap, LiveSnapshot } from './resource/snapshot.ts';

/** What engines and their surroundings look like on the live side. */
export interface EngineObjects {
  /** Engine objects, and what they take values from. */
  readonly resources: readonly Resource[];
  readonly definitions: readonly Resource[];
  readonly gaps: readonly Gap[];
  readonly cluster: ClusterFacts;
  /** The kinds of engines that are installed, at versions that are served. */
  readonly kinds: readonly KindRef[];
}

/** A live side that may also tell what it is. */
export interface AskedLive extends LiveSource {
  facts?(signal: AbortSignal): Promise<ClusterFacts>;
}

/** Throws AppError when the live side cannot be read at all. */
export async function readEngineObjects(live: AskedLive, signal: AbortSignal): Promise<EngineObjects> {
  const read = async (evidence: readonly KindRef[]): Promise<LiveSnapshot> =>
    await live.read({ declared: [], evidence }, signal);
  const first = await read(definitionKinds);
  const definitions = first.resources.filter(({ id }) => id.kind === 'CustomResourceDefinition');
  const cluster = (await live.facts?.(signal)) ?? factsOf(first);
  const kinds = installedEngineKinds(definitions, first.gaps);
  if (kinds.length === 0) {
    // A folder of dumps tells everything at once, and need not hold the definitions.
    const resources = first.resources.some(isEngineObject) ? first.resources : [];
    return { resources, definitions, gaps: [], cluster, kinds };
  }
  const engines = await read(kinds);
  const gaps = engines.gaps.filter(isWhole);
  if (!engines.resources.some(isEngineObject)) {
    return { resources: [], definitions, gaps, cluster, kinds };
  }
  const supporting = await read(supportingKinds(engines.resources));
  return {
    resources: [...engines.resources, ...supporting.resources],
    definitions,
    gaps: [...gaps, ...supporting.gaps.filter(isWhole)],
    cluster,
    kinds,
  };
}

function isWhole({ partial }: Gap): boolean {
  return partial !== true;
}

/** What a dump tells of the cluster it was taken from. */
export function factsOf({ resources, openApi }: LiveSnapshot): ClusterFacts {
  const definitions = resources.filter(({ id }) => id.kind === 'CustomResourceDefinition');
  return { kubeVersion: versionIn(openApi), apiVersions: definedApiVersions(definitions) };
}

function versionIn(documents: readonly JsonObject[]): string | null {
  const versions = documents.flatMap((document) => stringAt(document, 'info', 'version') ?? []);
  return versions.find((version) => /^v?\d+\.\d+(?:\.\d+)?$/.test(version)) ?? null;
}
