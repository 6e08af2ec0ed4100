import { type JsonObject, type JsonValue, objectAt, stringAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import { readYamlDocument, YamlProblem } from '../../kubernetes-yaml.ts';
import type { ReadRules } from '../rules/flux-ignore.ts';
import { nameOf } from '../discovery-gap.ts';
import { readSystemRules } from './ignore-differences.ts';

/** What holds for every application of an installation of Argo CD. */
export interface ArgoInstallation {
  readonly namespace: string;
  readonly projects: readonly Resource[];
  readonly rules: ReadRules;
  /** `kustomize.buildOptions` lifts the restriction on files outside a kustomization's folder. */
  readonly beyondRoot: boolean;
}

/** The installations, by the namespace of their `argocd-cm` or of their projects. */
export function findInstallations(resources: readonly Resource[]): readonly ArgoInstallation[] {
  const projects = resources.filter(({ id }) => id.kind === 'AppProject' && id.group === 'argoproj.io');
  const settings = resources.filter(isSettings);
  const namespaces = new Set([...settings, ...projects].map(({ id }) => id.namespace));
  return [...namespaces].sort().map((namespace) => {
    const map = settings.find(({ id }) => id.namespace === namespace);
    return {
      namespace,
      projects: projects.filter(({ id }) => id.namespace === namespace),
      rules: map === undefined ? { rules: [], problems: [] } : readSystemRules(dataOf(map), nameOf(map.id)),
      beyondRoot: /LoadRestrictionsNone|load-restrictor[= ]none/.test(
        stringAt(map?.body, 'data', 'kustomize.buildOptions') ?? '',
      ),
    };
  });
}

/** Anybody can name a ConfigMap `argocd-cm`; the label is what Argo CD itself looks for. */
function isSettings({ id, body }: Resource): boolean {
  return (
    id.group === '' &&
    id.kind === 'ConfigMap' &&
    id.name === 'argocd-cm' &&
    stringAt(body, 'metadata', 'labels', 'app.kubernetes.io/part-of') === 'argocd'
  );
}

function dataOf(map: Resource): JsonObject {
  return objectAt(map.body, 'data') ?? {};
}

export function readValue(text: string): JsonValue | undefined {
  try {
    return readYamlDocument(text.replace(/^\uFEFF?---[^\n]*\n/, ''), true);
  } catch (error) {
    if (error instanceof YamlProblem) return undefined;
    throw error;
  }
}
