import { arrayAt, stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { readOwnership } from '../attribute/managed-fields.ts';
import { classOfManager } from '../attribute/manager-catalogue.ts';
import type { LiveIndex } from '../subtract/live-index.ts';
import { scaffoldName } from '../subtract/program-marks.ts';
import { isMadeUnowned } from '../subtract/secret-makers.ts';

/** Kinds that only controllers make; declaring one is legal, but a live one is nobody's leftover. */
const generatedKinds = new Set([
  'ReplicaSet',
  'Pod',
  'EndpointSlice',
  'Endpoints',
  'ControllerRevision',
  'Lease',
  'Event',
  'Node',
  'CSINode',
  'VolumeAttachment',
  'CertificateSigningRequest',
  'PodMetrics',
  'NodeMetrics',
  'CiliumEndpoint',
  'CiliumIdentity',
  'PolicyReport',
  'CertificateRequest',
  'Order',
  'Challenge',
]);

/** Objects that a cluster puts into every namespace by itself. */
const furniture = new Set([
  'ServiceAccount/default',
  'ConfigMap/kube-root-ca.crt',
  'Service/kubernetes',
  'ConfigMap/openshift-service-ca.crt',
  'ConfigMap/istio-ca-root-cert',
  'ServiceAccount/builder',
  'ServiceAccount/deployer',
]);

/** Whether a live object that Git does not declare has a maker other than a person or an engine. */
export function isGenerated(resource: Resource, index: LiveIndex): boolean {
  const { id, body } = resource;
  if (arrayAt(body, 'metadata', 'ownerReferences').length > 0) return true;
  if (id.kind === 'Pod') return false;
  if (generatedKinds.has(id.kind)) return true;
  if (furniture.has(`${id.kind}/${id.name}`) || isMadeByControllers(resource)) return true;
  if (id.kind === 'Secret') return isGeneratedSecret(resource) || isMadeUnowned(id, index);
  if (id.kind === 'PersistentVolumeClaim') return isClaimOfTemplate(resource, index);
  return valueAt(body, 'metadata', 'labels', 'kubernetes.io/bootstrapping') !== undefined;
}

/** Only controllers ever wrote to it. Access is excepted: a name that anybody may give himself is no proof for that. */
function isMadeByControllers({ id, body }: Resource): boolean {
  if (id.group === 'rbac.authorization.k8s.io') return false;
  const writers = readOwnership(body).entries.filter(({ subresource }) => subresource === null);
  return (
    writers.length > 0 &&
    writers.every(
      ({ manager, subresource }) =>
        manager === scaffoldName || classOfManager(manager, subresource).class === 'controller',
    )
  );
}

const controllerSecretTypes = new Set([
  'kubernetes.io/service-account-token',
  'helm.sh/release.v1',
  'bootstrap.kubernetes.io/token',
  'kubernetes.io/dockercfg',
]);

function isGeneratedSecret({ id, body }: Resource): boolean {
  if (controllerSecretTypes.has(stringAt(body, 'type') ?? '') || id.name.startsWith('sh.helm.release.v1.')) return true;
  const marked = (where: 'labels' | 'annotations', key: string): boolean =>
    valueAt(body, 'metadata', where, key) !== undefined;
  return (
    marked('annotations', 'cert-manager.io/certificate-name') ||
    marked('labels', 'reconcile.external-secrets.io/managed') ||
    marked('annotations', 'replicator.v1.mittwald.de/replicated-at') ||
    marked('annotations', 'reflector.v1.k8s.emberstack.com/reflects')
  );
}

/** Claims of a template are named `<template>-<statefulset>-<ordinal>` and carry no owner reference. */
function isClaimOfTemplate({ id }: Resource, index: LiveIndex): boolean {
  for (const set of index.ofKind('apps', 'StatefulSet')) {
    if (set.id.namespace !== id.namespace) continue;
    for (const template of arrayAt(set.body, 'spec', 'volumeClaimTemplates')) {
      const prefix = `${stringAt(template, 'metadata', 'name') ?? ''}-${set.id.name}-`;
      if (id.name.startsWith(prefix) && /^\d+$/.test(id.name.slice(prefix.length))) return true;
    }
  }
  return false;
}

const hashed = /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{10}$|^(.+)-[a-z0-9]{8,10}$/;

/** A generated name with another hash than the one Git has now: what an earlier content left behind. */
export function isOldHash(resource: Resource, declaredNames: ReadonlySet<string>): boolean {
  const base = baseName(resource.id.name);
  if (base === undefined) return false;
  for (const name of declaredNames) if (name !== resource.id.name && baseName(name) === base) return true;
  return false;
}

function baseName(name: string): string | undefined {
  const match = hashed.exec(name);
  return match?.[1] ?? match?.[2];
}
