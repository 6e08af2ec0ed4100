import type { JsonObject, JsonValue } from '../../src/resource/json.ts';
import { kubectl } from './plane-access.ts';

type Fields = { readonly [name: string]: Fields | 'text' | 'yes or no' | 'texts' | 'objects' | 'anything' };

/** Definitions of Argo CD and Flux reduced to the fields that are read; whatever else an object holds is kept. */
const definitions: readonly {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly spec: Fields;
}[] = [
  {
    group: 'argoproj.io',
    version: 'v1alpha1',
    kind: 'Application',
    plural: 'applications',
    spec: {
      project: 'text',
      destination: { server: 'text', name: 'text', namespace: 'text' },
      source: 'anything',
      sources: 'objects',
      ignoreDifferences: 'objects',
      syncPolicy: 'anything',
    },
  },
  {
    group: 'argoproj.io',
    version: 'v1alpha1',
    kind: 'ApplicationSet',
    plural: 'applicationsets',
    spec: { generators: 'objects', template: 'anything', goTemplate: 'yes or no' },
  },
  {
    group: 'argoproj.io',
    version: 'v1alpha1',
    kind: 'AppProject',
    plural: 'appprojects',
    spec: { sourceRepos: 'texts', destinations: 'objects', clusterResourceWhitelist: 'objects' },
  },
  {
    group: 'source.toolkit.fluxcd.io',
    version: 'v1',
    kind: 'GitRepository',
    plural: 'gitrepositories',
    spec: {
      url: 'text',
      interval: 'text',
      ref: { branch: 'text', tag: 'text', semver: 'text' },
      ignore: 'text',
      suspend: 'yes or no',
    },
  },
  {
    group: 'kustomize.toolkit.fluxcd.io',
    version: 'v1',
    kind: 'Kustomization',
    plural: 'kustomizations',
    spec: {
      path: 'text',
      interval: 'text',
      prune: 'yes or no',
      suspend: 'yes or no',
      targetNamespace: 'text',
      sourceRef: { kind: 'text', name: 'text', namespace: 'text' },
      postBuild: { substitute: 'anything', substituteFrom: 'objects' },
      patches: 'objects',
      images: 'objects',
      dependsOn: 'objects',
    },
  },
  {
    group: 'helm.toolkit.fluxcd.io',
    version: 'v2',
    kind: 'HelmRelease',
    plural: 'helmreleases',
    spec: {
      interval: 'text',
      releaseName: 'text',
      targetNamespace: 'text',
      chart: { spec: { chart: 'text', sourceRef: { kind: 'text', name: 'text' } } },
      values: 'anything',
      valuesFrom: 'objects',
      driftDetection: { mode: 'text', ignore: 'objects' },
    },
  },
];

const keep = { 'x-kubernetes-preserve-unknown-fields': true };

function schemaOf(fields: Fields[string]): JsonObject {
  switch (fields) {
    case 'text':
      return { type: 'string' };
    case 'yes or no':
      return { type: 'boolean' };
    case 'texts':
      return { type: 'array', items: { type: 'string' } };
    case 'objects':
      return { type: 'array', items: { type: 'object', ...keep } };
    case 'anything':
      return { type: 'object', ...keep };
    default:
      return {
        type: 'object',
        properties: Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, schemaOf(each)])),
        ...keep,
      };
  }
}

function definitionOf({ group, version, kind, plural, spec }: (typeof definitions)[number]): JsonValue {
  const properties = { spec: schemaOf(spec), status: { type: 'object', ...keep } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        { name: version, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties } } },
      ],
    },
  };
}

const list = { apiVersion: 'v1', kind: 'List', items: definitions.map(definitionOf) };

/** The kinds of both engines, without their controllers. */
export async function installEngineKinds(): Promise<void> {
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify(list) });
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', '-f', '-'], { input: JSON.stringify(list) });
}

export async function removeEngineKinds(): Promise<void> {
  await kubectl(['delete', '--ignore-not-found', '-f', '-'], { input: JSON.stringify(list) });
}
