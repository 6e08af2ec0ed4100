import { createHash } from 'node:crypto';
import { arrayAt, isJsonObject, type JsonObject, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import { linkTarget } from '../../file-tree.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { HelmWanted, KustomizeEdits, SourceLocation, ValueFile } from '../discovered-source.ts';
import { discoveryGap, nameOf, ruleGap } from '../discovery-gap.ts';
import { chartUrl, printableUrl } from '../repository-url.ts';
import { readFluxIgnore } from '../rules/flux-ignore.ts';
import { cleanPath } from '../tree-path.ts';
import { type FluxSurroundings, followSource, type Refusal } from './flux-source.ts';
import { dependenciesOf, type FluxReading, metadataOf, notRead, otherCluster } from './read-kustomization.ts';
import { releaseValues } from './release-values.ts';

interface Chart {
  readonly location: SourceLocation;
  readonly valueFiles: readonly ValueFile[];
  readonly from: Resource | null;
}

/** The source that a HelmRelease of Flux declares: a chart in a Git repository, or one that the configuration maps to a folder. */
export function readHelmRelease(object: Resource, around: FluxSurroundings): FluxReading {
  const name = nameOf(object.id);
  const spec = objectAt(object.body, 'spec') ?? {};
  const cluster = otherCluster(spec);
  if (cluster !== null) return { source: null, gaps: [], elsewhere: { name, cluster }, from: null };
  const target = stringAt(spec, 'targetNamespace') || object.id.namespace;
  const chart = findChart(object, spec, around);
  if ('why' in chart) return notRead(discoveryGap(name, chart.why, chart.remedy), target);
  const values = releaseValues(object, around);
  if ('why' in values) return notRead(values, target);
  const ignore = readFluxIgnore(arrayAt(spec, 'driftDetection', 'ignore'), name);
  return {
    source: {
      name,
      engine: 'flux',
      owner: object.id,
      location: chart.location,
      namespace: target,
      render: helmOf(object, spec, { ...values, valueFiles: chart.valueFiles, namespace: target }),
      beyondRoot: true,
      permits: null,
      limits: null,
      rules: ignore.rules,
      prune: true,
      dependsOn: dependenciesOf(object),
    },
    gaps: ignore.problems.map((problem) => ruleGap(name, problem)),
    elsewhere: null,
    from: chart.from,
  };
}

interface HelmParts {
  readonly text: string;
  readonly hidden: readonly string[];
  readonly valueFiles: readonly ValueFile[];
  readonly namespace: string;
}

function helmOf(object: Resource, spec: JsonObject, parts: HelmParts): HelmWanted {
  const prefix = stringAt(spec, 'targetNamespace') ? `${stringAt(spec, 'targetNamespace') ?? ''}-` : '';
  return {
    kind: 'helm',
    release: shortened(stringAt(spec, 'releaseName') || `${prefix}${object.id.name}`),
    namespace: parts.namespace,
    valueFiles: parts.valueFiles,
    replacesChartValues: parts.valueFiles.length > 0,
    values: parts.text,
    hiddenValues: parts.hidden,
    settings: [],
    // An upgrade leaves definitions alone by default, so what a chart brings is what was installed once.
    includeCrds: stringAt(spec, 'install', 'crds') !== 'Skip' && valueAt(spec, 'install', 'skipCRDs') !== true,
    skipTests: true,
    skipSchemaValidation: valueAt(spec, 'install', 'disableSchemaValidation') === true,
    kubeVersion: null,
    apiVersions: null,
    postRender: postRenderOf(spec),
    metadata: metadataOf(spec),
  };
}

/** Flux keeps 40 characters of a name that is too long for Helm, and tells it from others by a hash. */
function shortened(release: string): string {
  if (release.length <= 53) return release;
  return `${release.slice(0, 40)}-${createHash('sha256').update(release).digest('hex').slice(0, 12)}`;
}

/** `spec.postRenderers` with Kustomize; several are applied one after the other, which for patches and images is the same. */
function postRenderOf(spec: JsonObject): KustomizeEdits | null {
  const renderers = arrayAt(spec, 'postRenderers').flatMap((entry) => objectAt(entry, 'kustomize') ?? []);
  if (renderers.length === 0) return null;
  const all = (key: string): readonly JsonObject[] =>
    renderers.flatMap((renderer) => arrayAt(renderer, key).filter(isJsonObject));
  return {
    patches: all('patches'),
    images: all('images'),
    imagesKeep: true,
    legacy: { patchesStrategicMerge: all('patchesStrategicMerge'), patchesJson6902: all('patchesJson6902') },
  };
}

function findChart(object: Resource, spec: JsonObject, around: FluxSurroundings): Chart | Refusal {
  const reference = objectAt(spec, 'chartRef');
  if (reference === undefined) return chartOf(object, objectAt(spec, 'chart', 'spec') ?? {}, around);
  const kind = stringAt(reference, 'kind') ?? '';
  if (kind !== 'HelmChart') return artifactChart(object, reference, around);
  const namespace = stringAt(reference, 'namespace') || object.id.namespace;
  const chart = around.find('HelmChart', namespace, stringAt(reference, 'name') ?? '');
  if (chart === undefined)
    return {
      why: `its HelmChart ${namespace}/${stringAt(reference, 'name') ?? ''} does not exist or cannot be read`,
      remedy: 'Create it, or let Mooring read it',
    };
  return chartOf(chart, objectAt(chart.body, 'spec') ?? {}, around);
}

/** An OCIRepository is the chart itself. */
function artifactChart(object: Resource, reference: JsonObject, around: FluxSurroundings): Chart | Refusal {
  const found = followSource(reference, object.id, around);
  if ('why' in found) return found;
  return { location: { url: found.url, revision: found.revision, path: '' }, valueFiles: [], from: found.object };
}

function chartOf(owner: Resource, chart: JsonObject, around: FluxSurroundings): Chart | Refusal {
  const reference = objectAt(chart, 'sourceRef') ?? {};
  const named = stringAt(chart, 'chart') ?? '';
  const kind = stringAt(reference, 'kind') ?? '';
  if (kind === 'HelmRepository') return repositoryChart(owner, reference, named, around);
  const found = followSource(reference, owner.id, around);
  if ('why' in found) return found;
  const path = cleanPath(named);
  if (path.split('/').includes('..'))
    return { why: 'the path of its chart leaves the repository', remedy: 'Correct the chart' };
  const files = valueFilesOf(chart);
  if (files === undefined)
    return { why: 'a values file of its chart leaves the repository', remedy: 'Correct valuesFiles' };
  return { location: { url: found.url, revision: found.revision, path }, valueFiles: files, from: found.object };
}

function valueFilesOf(chart: JsonObject): readonly ValueFile[] | undefined {
  const optional = valueAt(chart, 'ignoreMissingValuesFiles') === true;
  const files: ValueFile[] = [];
  for (const text of arrayAt(chart, 'valuesFiles')) {
    const path = typeof text === 'string' ? linkTarget('x', text.replace(/^\/+/, '')) : undefined;
    if (path === undefined || path === '') return undefined;
    files.push({ path, optional, ref: null });
  }
  return files;
}

function repositoryChart(
  owner: Resource,
  reference: JsonObject,
  chart: string,
  around: FluxSurroundings,
): Chart | Refusal {
  const namespace = stringAt(reference, 'namespace') || owner.id.namespace;
  const repository = around.find('HelmRepository', namespace, stringAt(reference, 'name') ?? '');
  const url = stringAt(repository?.body, 'spec', 'url') ?? '';
  if (url !== '' && around.isMapped(chartUrl(url, chart))) {
    return {
      location: { url: chartUrl(url, chart), revision: { name: null, range: null }, path: '' },
      valueFiles: [],
      from: repository ?? null,
    };
  }
  const shown = url === '' ? `HelmRepository ${namespace}/${stringAt(reference, 'name') ?? ''}` : printableUrl(url);
  return {
    why: `its chart ${chart} is in a chart repository (${shown}), which is not read`,
    remedy: `Map ${url === '' ? 'URL/CHART' : chartUrl(printableUrl(url), chart)} to a folder that holds the chart (repositories in the configuration)`,
  };
}
