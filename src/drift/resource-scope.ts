import { stringAt } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { groupOf, type ResourceId } from '../resource/resource-id.ts';

/** Built-in kinds of cluster scope in Kubernetes 1.36, by group. */
const clusterKinds: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'Node', 'PersistentVolume', 'ComponentStatus'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'storage.k8s.io': ['StorageClass', 'CSIDriver', 'CSINode', 'VolumeAttachment', 'VolumeAttributesClass'],
  'scheduling.k8s.io': ['PriorityClass'],
  'node.k8s.io': ['RuntimeClass'],
  'networking.k8s.io': ['IngressClass', 'ServiceCIDR', 'IPAddress'],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'admissionregistration.k8s.io': [
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
  ],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
};

/** Answers where an object without a namespace belongs: nowhere (cluster scope) or in the default namespace. */
export class ResourceScope {
  readonly #custom = new Map<string, boolean>();
  readonly #defaultNamespace: string;

  constructor(resources: Iterable<Resource>, defaultNamespace: string) {
    this.#defaultNamespace = defaultNamespace;
    for (const { id, body } of resources) {
      if (id.kind === 'CustomResourceDefinition') {
        const key = `${stringAt(body, 'spec', 'group') ?? ''}/${stringAt(body, 'spec', 'names', 'kind') ?? ''}`;
        this.#custom.set(key, stringAt(body, 'spec', 'scope') === 'Cluster');
      }
    }
  }

  isClusterScoped(group: string, kind: string): boolean {
    return this.#custom.get(`${group}/${kind}`) ?? clusterKinds[group]?.includes(kind) ?? false;
  }

  place(resource: Resource): ResourceId {
    const { id } = resource;
    const group = id.group === '' ? groupOf(resource.apiVersion) : id.group;
    if (this.isClusterScoped(group, id.kind)) return id.namespace === '' ? id : { ...id, namespace: '' };
    return id.namespace === '' ? { ...id, namespace: this.#defaultNamespace } : id;
  }
}
