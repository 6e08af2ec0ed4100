import type { DriftFacts, Reason } from '../judgement.ts';

const platformNamespaces: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** What runs in the platform's own namespaces serves every workload, whether an edge says so or not. */
export function platformNamespace({ report, weight }: DriftFacts): Reason | null {
  if (!platformNamespaces.has(report.namespace)) return null;
  return {
    rule: 'PlatformNamespace',
    points: Math.round(10 * weight),
    text: `${report.namespace} serves the whole cluster`,
  };
}
