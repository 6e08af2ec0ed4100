import { stringAt, valueAt } from '../../resource/json.ts';
import { explained, type Explain, type Explanation, isUnowned, type Question } from './explanation.ts';

/** Sidecar injectors: how a namespace or a Pod asks for one, and what it leaves behind. Source: each project's documentation. */
interface Injector {
  readonly name: string;
  readonly asks: (question: Question) => boolean;
  readonly leaves: RegExp;
}

function namespaceMark(question: Question, where: 'labels' | 'annotations', key: string): string | undefined {
  return stringAt(question.index.namespaceMetadata(question.live.id.namespace), where, key);
}

function podMark(question: Question, where: 'labels' | 'annotations', key: string): string | undefined {
  return stringAt(question.desired, 'metadata', where, key);
}

const injectors: readonly Injector[] = [
  {
    name: 'Istio sidecar injection',
    asks: (question) => {
      const own =
        podMark(question, 'labels', 'sidecar.istio.io/inject') ??
        podMark(question, 'annotations', 'sidecar.istio.io/inject');
      if (own !== undefined) return own === 'true';
      return (
        namespaceMark(question, 'labels', 'istio-injection') === 'enabled' ||
        namespaceMark(question, 'labels', 'istio.io/rev') !== undefined
      );
    },
    leaves:
      /^spec\.(?:containers|initContainers)\[name=istio-(?:proxy|init|validation)\]|^spec\.volumes\[name=(?:istio|workload|credential)-[a-z-]+\]|^metadata\.(?:annotations|labels)\."(?:[a-z]+\.)*istio\.io\/|^metadata\.annotations\."(?:prometheus\.io\/|kubectl\.kubernetes\.io\/default-)|^metadata\.labels\."service\.istio\.io\/|^spec\.securityContext\.fsGroup$/,
  },
  {
    name: 'Linkerd proxy injection',
    asks: (question) => {
      const own =
        podMark(question, 'annotations', 'linkerd.io/inject') ??
        namespaceMark(question, 'annotations', 'linkerd.io/inject');
      return own === 'enabled' || own === 'ingress';
    },
    leaves:
      /^spec\.(?:containers|initContainers)\[name=linkerd-(?:proxy|init|network-validator)\]|^spec\.volumes\[name=linkerd-[a-z-]+\]|^metadata\.(?:annotations|labels)\."(?:[a-z]+\.)*linkerd\.io\//,
  },
  {
    name: 'Vault agent injection',
    asks: (question) => podMark(question, 'annotations', 'vault.hashicorp.com/agent-inject') === 'true',
    leaves:
      /^spec\.(?:containers|initContainers)\[name=vault-agent(?:-init)?\]|^spec\.volumes\[name=(?:vault-secrets|home-init|home-sidecar)\]|^metadata\.annotations\."vault\.hashicorp\.com\/|volumeMounts\[mountPath=\/vault\/secrets\]$/,
  },
];

export const admissionRules: readonly Explain[] = [sidecar, storageClass, ingressClass, limitRange];

function sidecar(question: Question): Explanation | null {
  if (question.candidate.change !== 'added' || question.live.id.kind !== 'Pod' || !isUnowned(question)) return null;
  const injector = injectors.find((row) => row.leaves.test(question.text) && row.asks(question));
  return injector === undefined ? null : explained('admission', `${injector.name}, asked for by a label or annotation`);
}

/** The DefaultStorageClass plugin fills in the class that is marked as default. */
function storageClass(question: Question): Explanation | null {
  const { text, candidate, live, index } = question;
  if (
    live.id.kind !== 'PersistentVolumeClaim' ||
    text !== 'spec.storageClassName' ||
    candidate.change !== 'added' ||
    !isUnowned(question)
  )
    return null;
  for (const known of index.ofKind('storage.k8s.io', 'StorageClass')) {
    const marked =
      valueAt(known.body, 'metadata', 'annotations', 'storageclass.kubernetes.io/is-default-class') === 'true';
    if (marked && known.id.name === candidate.live)
      return explained('admission', 'default storage class of the cluster');
  }
  return explained('admission', 'default storage class, by admission', 'medium');
}

function ingressClass(question: Question): Explanation | null {
  const { text, candidate, live, index } = question;
  if (
    live.id.kind !== 'Ingress' ||
    text !== 'spec.ingressClassName' ||
    candidate.change !== 'added' ||
    !isUnowned(question)
  )
    return null;
  for (const known of index.ofKind('networking.k8s.io', 'IngressClass')) {
    const marked =
      valueAt(known.body, 'metadata', 'annotations', 'ingressclass.kubernetes.io/is-default-class') === 'true';
    if (marked && known.id.name === candidate.live)
      return explained('admission', 'default ingress class of the cluster');
  }
  return null;
}

/** A LimitRange of the namespace fills in requests and limits of Pods, and says so in an annotation. */
function limitRange(question: Question): Explanation | null {
  const { text, candidate, live } = question;
  if (live.id.kind !== 'Pod' || candidate.change !== 'added') return null;
  const note = stringAt(live.body, 'metadata', 'annotations', 'kubernetes.io/limit-ranger');
  if (note === undefined) return null;
  if (text === 'metadata.annotations."kubernetes.io/limit-ranger"')
    return explained('admission', 'written by the LimitRanger plugin');
  return /^spec\.(?:containers|initContainers)\[name=[^\]]+\]\.resources(?:\.|$)/.test(text)
    ? explained('admission', 'default of a LimitRange')
    : null;
}
