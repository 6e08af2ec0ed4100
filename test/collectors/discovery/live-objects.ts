import { discoverSources } from '../../../src/collectors/discovery/discover-sources.ts';
import type { Discovery, GitAnswer } from '../../../src/collectors/discovery/discovered-source.ts';
import type { RepositoryMapping } from '../../../src/collectors/discovery/repository-url.ts';
import { parseManifests } from '../../../src/collectors/parse-manifests.ts';
import type { Gap } from '../../../src/resource/snapshot.ts';
import type { Resource } from '../../../src/resource/resource.ts';

/** Objects of YAML as if they were live. */
export function live(...texts: readonly string[]): readonly Resource[] {
  const { resources, gaps } = parseManifests(texts.join('\n---\n'), 'live.yaml');
  if (gaps.length > 0) throw new Error(JSON.stringify(gaps));
  return resources.map((resource) => ({ ...resource, origin: null }));
}

export function firstOf(text: string): Resource {
  const [resource] = live(text);
  if (resource === undefined) throw new Error('no object');
  return resource;
}

export const now = '2026-11-25T12:00:00Z';

export interface DiscoverExtras {
  readonly mappings?: readonly RepositoryMapping[];
  readonly answers?: ReadonlyMap<string, GitAnswer>;
  readonly gaps?: readonly Gap[];
}

export function discover(
  resources: readonly Resource[],
  { mappings = [], answers, gaps = [] }: DiscoverExtras = {},
): Discovery {
  return discoverSources({ resources, now, mappings, gaps, ...(answers === undefined ? {} : { answers }) });
}

/** A project that permits everything, and a controller that works. */
export const argoBasics = `
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: { name: default, namespace: argocd }
spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], clusterResourceWhitelist: [{ group: '*', kind: '*' }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: argocd-application-controller, namespace: argocd }
spec: { replicas: 1 }
status: { readyReplicas: 1 }
`;

/** An Application of the namespace argocd; `spec` and `rest` are lines of YAML. */
export function application(name: string, spec: string, rest = ''): string {
  return `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
${spec.replaceAll(/^/gm, '  ')}
${rest}`;
}

export const fluxBasics = `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: fleet, namespace: flux-system }
spec: { url: https://git.example.com/fleet, ref: { branch: main } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: kustomize-controller, namespace: flux-system }
spec: { replicas: 1 }
status: { readyReplicas: 1 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: helm-controller, namespace: flux-system }
spec: { replicas: 1 }
status: { readyReplicas: 1 }
`;

export function kustomization(name: string, spec: string, rest = ''): string {
  return `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: ${name}, namespace: flux-system, generation: 1 }
spec:
  interval: 10m
  prune: true
  sourceRef: { kind: GitRepository, name: fleet }
${spec.replaceAll(/^/gm, '  ')}
${rest === '' ? 'status: { observedGeneration: 1, conditions: [{ type: Ready, status: "True" }] }' : rest}`;
}

export function helmRelease(name: string, spec: string, rest = ''): string {
  return `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: ${name}, namespace: shop, generation: 1 }
spec:
  interval: 10m
${spec.replaceAll(/^/gm, '  ')}
${rest === '' ? 'status: { observedGeneration: 1, conditions: [{ type: Ready, status: "True" }] }' : rest}`;
}
