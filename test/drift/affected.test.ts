import { expect, test } from 'vitest';
import { describeResourceId, formatResourceId, parseResourceId } from '../../src/resource/resource-id.ts';
import { resources, session } from './pairs.ts';

const settings = (name: string, marks: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: shop, ${marks} }\n---\n`;
const marked =
  settings('by-annotation', "annotations: { argocd.argoproj.io/tracking-id: 'web:/ConfigMap:shop/by-annotation' }") +
  settings('by-label', 'labels: { app.kubernetes.io/instance: web }') +
  settings('elsewhere', "annotations: { argocd.argoproj.io/tracking-id: 'argocd_web:/ConfigMap:shop/elsewhere' }") +
  settings(
    'of-flux',
    'labels: { kustomize.toolkit.fluxcd.io/name: web, kustomize.toolkit.fluxcd.io/namespace: flux-system }',
  ) +
  settings('of-nobody', 'labels: { app: web }');

const engine = (group: string, kind: string, namespace: string) => ({ group, kind, namespace, name: 'web' });

test.for([
  [engine('argoproj.io', 'Application', 'argocd'), ['by-annotation', 'by-label', 'elsewhere']],
  [engine('kustomize.toolkit.fluxcd.io', 'Kustomization', 'flux-system'), ['of-flux']],
  [engine('kustomize.toolkit.fluxcd.io', 'Kustomization', 'other'), []],
  [engine('helm.toolkit.fluxcd.io', 'HelmRelease', 'flux-system'), []],
] as const)('%o is news for what it has applied, and for nothing else', ([id, names]) => {
  const opened = session({ desired: resources(marked), live: resources(marked) });
  const keys = opened.affectedBy(id).flatMap((key) => parseResourceId(key) ?? []);
  expect(keys.map(describeResourceId)).toEqual([
    describeResourceId(id),
    ...names.map((name) => `ConfigMap shop/${name}`),
  ]);
  expect(opened.affectedBy(id)[0]).toBe(formatResourceId(id));
});
