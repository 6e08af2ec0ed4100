import { arrayAt, isJsonObject, type JsonObject, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { ResourceId } from '../../../resource/resource-id.ts';
import type { Gap } from '../../../resource/snapshot.ts';
import type { CommonMetadata, DiscoveredSource, Elsewhere, KustomizeEdits } from '../discovered-source.ts';
import { discoveryGap, nameOf, ruleGap, unreadScope } from '../discovery-gap.ts';
import { readFluxIgnore } from '../rules/flux-ignore.ts';
import { cleanPath } from '../tree-path.ts';
import { type FluxSurroundings, followSource } from './flux-source.ts';
import { readSubstitution } from './read-substitution.ts';
import { textMapOf } from '../read-texts.ts';

export interface FluxReading {
  readonly source: DiscoveredSource | null;
  readonly gaps: readonly Gap[];
  readonly elsewhere: Elsewhere | null;
  /** What its files come from, to tell whether that is suspended. */
  readonly from: Resource | null;
}

/** The source that a Kustomization of Flux declares. */
export function readKustomization(object: Resource, around: FluxSurroundings): FluxReading {
  const name = nameOf(object.id);
  const spec = objectAt(object.body, 'spec') ?? {};
  const cluster = otherCluster(spec);
  if (cluster !== null) return { source: null, gaps: [], elsewhere: { name, cluster }, from: null };
  const target = stringAt(spec, 'targetNamespace') ?? '';
  const repository = followSource(objectAt(spec, 'sourceRef') ?? {}, object.id, around);
  if ('why' in repository) return notRead(discoveryGap(name, repository.why, repository.remedy), target);
  const path = cleanPath(stringAt(spec, 'path') ?? '');
  if (path.split('/').includes('..'))
    return notRead(discoveryGap(name, 'its path leaves the repository', 'Correct spec.path'), target);
  const { substitution, gaps, refusal } = readSubstitution(object, around);
  if (refusal !== null) return notRead(refusal, target);
  const ignore = readFluxIgnore(arrayAt(spec, 'ignore'), name);
  const source: DiscoveredSource = {
    name,
    engine: 'flux',
    owner: object.id,
    location: { url: repository.url, revision: repository.revision, path, ignore: ignoreOf(repository.object) },
    namespace: target === '' ? 'default' : target,
    render: { kind: 'kustomize', edits: editsOf(spec), generate: true, substitution, metadata: metadataOf(spec) },
    beyondRoot: true,
    permits: null,
    limits: null,
    rules: ignore.rules,
    prune: valueAt(spec, 'prune') === true,
    dependsOn: dependenciesOf(object),
  };
  return {
    source,
    gaps: [...gaps, ...ignore.problems.map((problem) => ruleGap(name, problem))],
    elsewhere: null,
    from: repository.object,
  };
}

function ignoreOf(repository: Resource | null): string | null {
  return stringAt(repository?.body, 'spec', 'ignore') || null;
}

function editsOf(spec: JsonObject): KustomizeEdits {
  const member = (from: string, to: string): JsonObject => {
    const value = stringAt(spec, from);
    return value === undefined || value === '' ? {} : { [to]: value };
  };
  return {
    ...member('targetNamespace', 'namespace'),
    ...member('namePrefix', 'namePrefix'),
    ...member('nameSuffix', 'nameSuffix'),
    patches: arrayAt(spec, 'patches').filter(isJsonObject),
    images: arrayAt(spec, 'images').filter(isJsonObject),
    imagesKeep: true,
    components: arrayAt(spec, 'components').filter((item) => typeof item === 'string'),
    ignoreMissingComponents: valueAt(spec, 'ignoreMissingComponents') === true,
    legacy: {
      patchesStrategicMerge: arrayAt(spec, 'patchesStrategicMerge').filter(isJsonObject),
      patchesJson6902: arrayAt(spec, 'patchesJson6902').filter(isJsonObject),
    },
  };
}

/** `spec.commonMetadata`: written over whatever the objects say. */
export function metadataOf(spec: JsonObject): CommonMetadata | null {
  const metadata = objectAt(spec, 'commonMetadata');
  if (metadata === undefined) return null;
  return { labels: textMapOf(metadata['labels']), annotations: textMapOf(metadata['annotations']) };
}

/** `spec.dependsOn`, of the same kind and by default in the same namespace. */
export function dependenciesOf({ id, body }: Resource): readonly ResourceId[] {
  return arrayAt(body, 'spec', 'dependsOn').map((entry) => ({
    group: id.group,
    kind: id.kind,
    namespace: stringAt(entry, 'namespace') || id.namespace,
    name: stringAt(entry, 'name') ?? '',
  }));
}

/** The cluster of `spec.kubeConfig`: always another one, or one that nobody can tell. */
export function otherCluster(spec: JsonObject): string | null {
  const config = objectAt(spec, 'kubeConfig');
  if (config === undefined) return null;
  const secret = stringAt(config, 'secretRef', 'name') ?? stringAt(config, 'configMapRef', 'name') ?? '';
  return `the cluster of kubeConfig ${secret}`;
}

export function notRead(gap: Gap, namespace: string): FluxReading {
  return { source: null, gaps: [{ ...gap, scope: unreadScope(namespace) }], elsewhere: null, from: null };
}
