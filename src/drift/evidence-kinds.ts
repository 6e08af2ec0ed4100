interface KindAt {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Kinds whose live objects prove that somebody is entitled to a difference, whatever Git declares. */
const always: readonly KindAt[] = [
  { apiVersion: 'v1', kind: 'Namespace' },
  { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
];

const scaled: readonly KindAt[] = [
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' },
  { apiVersion: 'flagger.app/v1beta1', kind: 'Canary' },
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' },
];

const engines: readonly KindAt[] = [
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' },
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' },
];

const byDeclared: Readonly<Record<string, readonly KindAt[]>> = {
  PersistentVolumeClaim: [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
    { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  ],
  Ingress: [{ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' }],
  VirtualService: scaled,
};

/** Kinds whose status decides about an entitlement: a scaler that lives, a claim that is bound, a Job that is done. */
const tellingStatus: ReadonlySet<string> = new Set([...scaled.map(({ kind }) => kind), 'PersistentVolumeClaim', 'Job']);

/** Whether a change of the status alone can change a verdict. */
export function hasTellingStatus({ kind }: KindAt): boolean {
  return tellingStatus.has(kind);
}

/** Kinds that controllers make in masses for what somebody declared. */
const inMasses: ReadonlySet<string> = new Set(['Pod', 'ReplicaSet', 'Job', 'ControllerRevision']);

/** Whether most objects of a kind are copies of something else, so that of those that nobody declares the metadata is enough. */
export function isMadeInMasses({ kind }: KindAt): boolean {
  return inMasses.has(kind);
}

/** What must be read beside the declared kinds, so that a difference can be explained. A kind the cluster lacks is no gap. */
export function evidenceKinds(declared: readonly KindAt[]): readonly KindAt[] {
  const wanted = new Map<string, KindAt>();
  const add = (kinds: readonly KindAt[]): void => {
    for (const kind of kinds) wanted.set(`${kind.apiVersion}/${kind.kind}`, kind);
  };
  add(always);
  add(scaled);
  add(engines);
  for (const { kind } of declared) add(byDeclared[kind] ?? []);
  for (const { apiVersion, kind } of declared) wanted.delete(`${apiVersion}/${kind}`);
  return [...wanted.values()];
}
