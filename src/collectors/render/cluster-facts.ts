/** What a chart is told of the cluster it is rendered for. */
export interface ClusterFacts {
  /** `v1.36.3`; null: nobody knows, so that Helm takes its own. */
  readonly kubeVersion: string | null;
  /** As `GROUP/VERSION` and `GROUP/VERSION/KIND`. */
  readonly apiVersions: readonly string[];
}
