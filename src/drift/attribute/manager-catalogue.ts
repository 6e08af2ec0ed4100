import type { ActorClass, Confidence } from '../drift-report.ts';
import {
  controllerPatterns,
  isNamed,
  knownControllers,
  type ManagerNames,
  namelessPrograms,
} from './controller-names.ts';

/** What a field manager's name says about who is behind it. Names are self-declared: a class is evidence, not proof. */
export interface ManagerClass {
  readonly class: ActorClass;
  readonly confidence: Confidence;
  readonly what: string;
}

interface Row extends ManagerClass {
  readonly names: ManagerNames;
  readonly subresource?: string;
}

/** First match wins. Source: field managers seen in public objects, by tool and year. */
const rows: readonly Row[] = [
  {
    names: ['kubectl-rollout', 'k9s'],
    class: 'human-operational',
    confidence: 'high',
    what: 'a restart or rollout command',
  },
  { names: ['kubectl-edit'], class: 'human', confidence: 'high', what: 'kubectl edit' },
  {
    names: [/^kubectl-(patch|annotate|label|set|expose|run|autoscale|taint|cordon|drain|debug)$/],
    class: 'human',
    confidence: 'high',
    what: 'an interactive kubectl command',
  },
  { names: ['kubectl', 'node-fetch'], subresource: 'scale', class: 'human', confidence: 'high', what: 'kubectl scale' },
  { names: ['Mozilla'], class: 'human', confidence: 'high', what: 'a browser console' },
  { names: ['node-fetch'], class: 'human', confidence: 'medium', what: 'a desktop console' },
  {
    names: ['flux-client-side-apply'],
    class: 'human',
    confidence: 'medium',
    what: 'the hand-edit name that Flux preserves',
  },
  {
    names: [
      'kubectl',
      'kubectl-client-side-apply',
      'kubectl-create',
      'kubectl-replace',
      'kubectl-last-applied',
      'kubectl-apply',
    ],
    class: 'human-or-ci',
    confidence: 'low',
    what: 'kubectl apply, by a person or a pipeline',
  },
  { names: ['helm', 'Helm'], class: 'ci', confidence: 'low', what: 'Helm, from a pipeline or a laptop' },
  {
    names: ['HashiCorp', 'Terraform', /^pulumi-kubernetes/],
    class: 'ci',
    confidence: 'medium',
    what: 'a provisioning tool',
  },
  {
    names: [
      'argocd-controller',
      'argocd-application-controller',
      'argocd',
      'kustomize-controller',
      'helm-controller',
      'flux',
      'fleet-agent',
      'fleetagent',
      'config-sync',
      'configsync.gke.io',
      'kapp-server-side-apply',
      /^deploy@/,
    ],
    class: 'gitops',
    confidence: 'high',
    what: 'a GitOps engine',
  },
  { names: ['argocd-server'], class: 'human', confidence: 'medium', what: 'a person in the Argo CD page' },
  {
    names: ['kube-apiserver', 'before-first-apply'],
    class: 'platform',
    confidence: 'medium',
    what: 'the API server or a migration',
  },
  {
    names: ['ancient-changes', 'unknown', ''],
    class: 'unknown',
    confidence: 'low',
    what: 'a merged or nameless entry',
  },
  // Before the patterns, two of which it fits.
  { names: namelessPrograms, class: 'unknown', confidence: 'low', what: 'a program without a name of its own' },
  { names: knownControllers, class: 'controller', confidence: 'high', what: 'a controller' },
  {
    names: controllerPatterns,
    class: 'controller',
    confidence: 'medium',
    what: 'a controller, by the pattern of its name',
  },
  {
    names: ['rancher', 'agent', 'OpenAPI-Generator', 'okhttp', 'python-requests', 'Go-http-client', 'curl'],
    class: 'human-or-ci',
    confidence: 'low',
    what: 'a client whose name says little',
  },
  { names: [/^kubectl[-_]/], class: 'human', confidence: 'medium', what: 'a kubectl command or plugin' },
];

export function classOfManager(manager: string, subresource: string | null): ManagerClass {
  for (const row of rows) {
    if (row.subresource !== undefined && row.subresource !== subresource) continue;
    if (isNamed(row.names, manager)) return row;
  }
  return stranger;
}

const stranger: ManagerClass = {
  class: 'human-or-ci',
  confidence: 'low',
  what: 'a client that the catalogue does not know',
};

/** Whether a program writes under this name that nobody can say more of: neither a known client nor a known controller. */
export function isUncatalogued(manager: string, subresource: string | null): boolean {
  return isNamed(namelessPrograms, manager) || classOfManager(manager, subresource) === stranger;
}

/** Engines that always write with server-side apply: an Update under their name is somebody else, or a hand edit. */
const applyOnly = new Set(['kustomize-controller', 'kapp-server-side-apply', 'configsync.gke.io']);

export function writesByApplyOnly(manager: string): boolean {
  return applyOnly.has(manager);
}
