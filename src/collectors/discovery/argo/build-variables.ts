/** The variables of Argo CD's build environment, by name: `ARGOCD_APP_NAME` and so on. */
export type BuildVariables = Readonly<Record<string, string>>;

export interface BuildFacts {
  readonly application: string;
  readonly project: string;
  readonly namespace: string;
  /** The commit that is rendered. */
  readonly revision: string;
  readonly url: string;
  readonly path: string;
  readonly targetRevision: string;
}

export function buildVariables(facts: BuildFacts): BuildVariables {
  return {
    ARGOCD_APP_NAME: facts.application,
    ARGOCD_APP_NAMESPACE: facts.namespace,
    ARGOCD_APP_PROJECT_NAME: facts.project,
    ARGOCD_APP_REVISION: facts.revision,
    ARGOCD_APP_REVISION_SHORT: facts.revision.slice(0, 7),
    ARGOCD_APP_REVISION_SHORT_8: facts.revision.slice(0, 8),
    ARGOCD_APP_SOURCE_REPO_URL: facts.url,
    ARGOCD_APP_SOURCE_PATH: facts.path,
    ARGOCD_APP_SOURCE_TARGET_REVISION: facts.targetRevision,
  };
}

/** Replaces `$NAME` and `${NAME}`; `$$` is one dollar sign, and what is not known becomes empty, as Argo CD does. */
export function substituteBuildVariables(text: string, variables: BuildVariables): string {
  return text.replaceAll(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    return variables[braced ?? bare ?? ''] ?? '';
  });
}
