import { arrayAt, type JsonObject, type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { groupOf, type ResourceId } from '../../resource/resource-id.ts';
import type { Gap } from '../../resource/snapshot.ts';
import type { KindRef } from '../live-source.ts';

/** The kinds of engines, each with the versions that are understood, best first. */
const engineKinds: readonly { readonly group: string; readonly kind: string; readonly versions: readonly string[] }[] =
  [
    ...['Application', 'ApplicationSet', 'AppProject'].map((kind) => ({
      group: 'argoproj.io',
      kind,
      versions: ['v1alpha1'],
    })),
    { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', versions: ['v1', 'v1beta2'] },
    { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', versions: ['v2', 'v2beta2', 'v2beta1'] },
    ...['GitRepository', 'HelmRepository', 'HelmChart', 'OCIRepository', 'Bucket'].map((kind) => ({
      group: 'source.toolkit.fluxcd.io',
      kind,
      versions: ['v1', 'v1beta2'],
    })),
  ];

const definitionKind: KindRef = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** First of all: which kinds the cluster has. */
export const definitionKinds: readonly KindRef[] = [definitionKind];

/** Read once an engine object has been found: whether its controllers run, and what values it takes from. */
export function supportingKinds(engines: readonly Resource[]): readonly KindRef[] {
  const references = engines.flatMap(({ body }) => referencesOf(body));
  const kinds = new Set(references.map((reference) => stringAt(reference, 'kind')));
  const hasArgo = engines.some(({ id }) => id.group === 'argoproj.io');
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'apps/v1', kind: 'StatefulSet' },
    ...(hasArgo || kinds.has('ConfigMap') ? [{ apiVersion: 'v1', kind: 'ConfigMap' }] : []),
    // Of Secrets only the keys are needed; whoever refers to none needs no right to list them.
    ...(kinds.has('Secret') ? [{ apiVersion: 'v1', kind: 'Secret' }] : []),
  ];
}

/**
 * The engine kinds to read, at a version that is served. Without definitions (they may not be readable, and a folder of dumps need
 * not hold them) every kind is asked for.
 */
export function installedEngineKinds(definitions: readonly Resource[], gaps: readonly Gap[]): readonly KindRef[] {
  const unreadable = gaps.some(({ scope }) => scope.kind === definitionKind.kind);
  return engineKinds.flatMap(({ group, kind, versions }): readonly KindRef[] => {
    const definition = definitions.find(
      ({ body }) => stringAt(body, 'spec', 'group') === group && stringAt(body, 'spec', 'names', 'kind') === kind,
    );
    const served = definition === undefined ? [] : servedVersions(definition);
    const version =
      definition === undefined && unreadable ? versions[0] : versions.find((each) => served.includes(each));
    return version === undefined ? [] : [{ apiVersion: `${group}/${version}`, kind }];
  });
}

function servedVersions({ body }: Resource): readonly string[] {
  return arrayAt(body, 'spec', 'versions').flatMap((version) =>
    valueAt(version, 'served') === true ? (stringAt(version, 'name') ?? []) : [],
  );
}

/** Whether another object changes what these engine objects declare: it holds values of theirs, or is the settings of Argo CD. */
export function holdsValuesOf(engines: readonly Resource[], { group, kind, namespace, name }: ResourceId): boolean {
  if (group !== '' || (kind !== 'ConfigMap' && kind !== 'Secret')) return false;
  if (kind === 'ConfigMap' && name === 'argocd-cm') return engines.some(({ id }) => id.group === 'argoproj.io');
  return engines.some(
    ({ id, body }) =>
      id.namespace === namespace &&
      referencesOf(body).some((each) => stringAt(each, 'kind') === kind && stringAt(each, 'name') === name),
  );
}

function referencesOf(body: JsonObject): readonly JsonValue[] {
  return [...arrayAt(body, 'spec', 'valuesFrom'), ...arrayAt(body, 'spec', 'postBuild', 'substituteFrom')];
}

/** Whether an object is the definition of a kind of engines, so that there may be other engines with it. */
export function isEngineDefinition({ kind, name }: ResourceId): boolean {
  const group = name.slice(name.indexOf('.') + 1);
  return kind === definitionKind.kind && engineKinds.some((engine) => engine.group === group);
}

/** Whether an object is one of an engine. */
export function isEngineObject({ id, apiVersion }: Resource): boolean {
  return engineKinds.some(({ group, kind }) => kind === id.kind && group === groupOf(apiVersion));
}

/** The versions of the cluster that charts ask for (`.Capabilities.APIVersions`): of its definitions, as `GROUP/VERSION` and with the kind. */
export function definedApiVersions(definitions: readonly Resource[]): readonly string[] {
  const versions = definitions.flatMap((definition) => {
    const { body } = definition;
    const [group = '', kind = ''] = [stringAt(body, 'spec', 'group'), stringAt(body, 'spec', 'names', 'kind')];
    return servedVersions(definition).flatMap((version) => [`${group}/${version}`, `${group}/${version}/${kind}`]);
  });
  return [...new Set(versions)].sort();
}
