import { arrayAt, isJsonObject, type JsonObject, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import { linkTarget } from '../../file-tree.ts';
import type {
  ArgoContext,
  DirectoryWanted,
  HelmSetting,
  HelmWanted,
  KustomizeEdits,
  KustomizeWanted,
  ValueFile,
} from '../discovered-source.ts';
import { type BuildVariables, substituteBuildVariables } from './build-variables.ts';
import { textMapOf, textsOf } from '../read-texts.ts';

/** What the files of a folder ask for. */
export type FolderKind = 'kustomize' | 'helm' | 'plain';

export type ArgoRendering =
  | DirectoryWanted
  | KustomizeWanted
  | HelmWanted
  | { readonly kind: 'refused'; readonly why: string; readonly remedy: string };

export interface ArgoFolder {
  readonly kind: FolderKind;
  /** The path of the source in the tree. */
  readonly path: string;
  readonly variables: BuildVariables;
}

const explicitKinds = ['kustomize', 'helm', 'directory', 'plugin'] as const;

/** How Argo CD renders a source: by the one tool it names, else by what the folder holds. */
export function argoRendering(source: JsonObject, context: ArgoContext, folder: ArgoFolder): ArgoRendering {
  const named = explicitKinds.filter((kind) => objectAt(source, kind) !== undefined);
  if (named.length > 1) return refused(`it names several tools: ${named.join(', ')}`, 'Leave one of them');
  const kind = named[0] ?? folder.kind;
  switch (kind) {
    case 'plugin': {
      const plugin = stringAt(source, 'plugin', 'name') ?? 'found by its files';
      return refused(
        `a config management plugin (${plugin}) renders it, and plugins are never run`,
        'Commit what the plugin makes, and name it as a source',
      );
    }
    case 'helm':
      return argoHelm(objectAt(source, 'helm') ?? {}, context, folder);
    case 'kustomize':
      return argoKustomize(objectAt(source, 'kustomize') ?? {}, folder.variables);
    default:
      return argoDirectory(objectAt(source, 'directory') ?? {});
  }
}

function argoDirectory(directory: JsonObject): DirectoryWanted {
  return {
    kind: 'directory',
    recurse: valueAt(directory, 'recurse') === true,
    include: stringAt(directory, 'include') || null,
    exclude: stringAt(directory, 'exclude') || null,
  };
}

function argoHelm(helm: JsonObject, context: ArgoContext, folder: ArgoFolder): ArgoRendering {
  const optional = valueAt(helm, 'ignoreMissingValueFiles') === true;
  const valueFiles: ValueFile[] = [];
  for (const text of textsOf(helm['valueFiles'])) {
    const found = resolveValueFile(text, context, folder);
    if ('why' in found) return refused(found.why, 'Put the values file into the repository');
    valueFiles.push({ ...found, optional });
  }
  const settings = [...parameterSettings(helm, folder.variables)];
  for (const entry of arrayAt(helm, 'fileParameters')) {
    const found = resolveValueFile(stringAt(entry, 'path') ?? '', context, folder);
    if ('why' in found) return refused(found.why, 'Put the file into the repository');
    settings.push({ kind: 'set-file', name: stringAt(entry, 'name') ?? '', value: found.path, ref: found.ref });
  }
  const valuesObject = valueAt(helm, 'valuesObject');
  return {
    kind: 'helm',
    release: stringAt(helm, 'releaseName') || context.application,
    namespace: stringAt(helm, 'namespace') || context.namespace,
    valueFiles,
    replacesChartValues: false,
    values: isJsonObject(valuesObject) ? JSON.stringify(valuesObject) : stringAt(helm, 'values') || null,
    hiddenValues: [],
    settings,
    includeCrds: valueAt(helm, 'skipCrds') !== true,
    skipTests: valueAt(helm, 'skipTests') === true,
    skipSchemaValidation: valueAt(helm, 'skipSchemaValidation') === true,
    kubeVersion: stringAt(helm, 'kubeVersion') || null,
    apiVersions: arrayAt(helm, 'apiVersions').length === 0 ? null : textsOf(helm['apiVersions']),
    postRender: null,
    metadata: null,
  };
}

function parameterSettings(helm: JsonObject, variables: BuildVariables): readonly HelmSetting[] {
  // The last of several parameters of one name counts, as in the map that Argo CD makes of them.
  const byName = new Map<string, HelmSetting>();
  for (const entry of arrayAt(helm, 'parameters')) {
    const name = stringAt(entry, 'name') ?? '';
    const kind = valueAt(entry, 'forceString') === true ? 'set-string' : 'set';
    const value = escapeCommas(substituteBuildVariables(stringAt(entry, 'value') ?? '', variables));
    byName.set(`${kind} ${name}`, { kind, name, value, ref: null });
  }
  return [...byName.values()];
}

/** To Helm a comma parts two settings. `{a,b}` is a list and stays. */
function escapeCommas(value: string): string {
  return value.startsWith('{') && value.endsWith('}') ? value : value.replaceAll(/(?<!\\),/g, '\\,');
}

type FoundFile = { readonly path: string; readonly ref: string | null } | { readonly why: string };

/** `$REF/path` is in another source, `/path` counts from the root of the repository, anything else from the chart. */
function resolveValueFile(text: string, context: ArgoContext, folder: ArgoFolder): FoundFile {
  const [first = '', ...rest] = text.split('/');
  const ref = first.startsWith('$') && Object.hasOwn(context.refs, first.slice(1)) ? first.slice(1) : null;
  const plain = substituteBuildVariables(ref === null ? text : `/${rest.join('/')}`, folder.variables);
  const shown = plain.slice(0, 120);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(plain))
    return { why: `the values file ${shown} is remote, and those are never fetched` };
  const start = plain.startsWith('/') || folder.path === '' ? 'x' : `${folder.path}/x`;
  const path = linkTarget(start, plain.replace(/^\/+/, ''));
  return path === undefined || path === '' ? { why: `the values file ${shown} leaves the repository` } : { path, ref };
}

function argoKustomize(kustomize: JsonObject, variables: BuildVariables): KustomizeWanted {
  const labels = textMapOf(kustomize['commonLabels']);
  const annotations = textMapOf(kustomize['commonAnnotations']);
  const expand = (text: string): string => substituteBuildVariables(text, variables);
  const expandAll = (map: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(map).map(([key, value]) => [key, expand(value)]));
  const edits: KustomizeEdits = {
    ...named('namePrefix', stringAt(kustomize, 'namePrefix')),
    ...named('nameSuffix', stringAt(kustomize, 'nameSuffix')),
    ...named('namespace', stringAt(kustomize, 'namespace')),
    images: textsOf(kustomize['images']).map((text) => readImage(expand(text))),
    replicas: arrayAt(kustomize, 'replicas').filter(isJsonObject).map(readReplicas),
    patches: arrayAt(kustomize, 'patches').filter(isJsonObject),
    components: textsOf(kustomize['components']),
    ignoreMissingComponents: valueAt(kustomize, 'ignoreMissingComponents') === true,
    ...(Object.keys(labels).length === 0
      ? {}
      : {
          labels: {
            pairs: expandAll(labels),
            selectors: valueAt(kustomize, 'labelWithoutSelector') !== true,
            templates: valueAt(kustomize, 'labelIncludeTemplates') === true,
            force: valueAt(kustomize, 'forceCommonLabels') === true,
          },
        }),
    ...(Object.keys(annotations).length === 0
      ? {}
      : {
          annotations: {
            pairs: valueAt(kustomize, 'commonAnnotationsEnvsubst') === true ? expandAll(annotations) : annotations,
            force: valueAt(kustomize, 'forceCommonAnnotations') === true,
          },
        }),
  };
  return { kind: 'kustomize', edits, generate: false, substitution: null, metadata: null };
}

/** `kustomize edit set image`: `NAME=NEW:TAG`, `NEW@DIGEST`, `NAME:TAG`; `*` keeps what is there. */
function readImage(text: string): JsonObject {
  const equals = text.indexOf('=');
  const target = equals < 0 ? text : text.slice(equals + 1);
  const at = target.indexOf('@');
  const slash = target.lastIndexOf('/');
  const colon = at < 0 ? target.indexOf(':', slash + 1) : -1;
  const end = at < 0 ? colon : at;
  const newName = end < 0 ? target : target.slice(0, end);
  const version = end < 0 ? '' : target.slice(end + 1);
  const name = equals < 0 ? newName : text.slice(0, equals);
  return {
    name,
    ...(newName === name || newName === '' ? {} : { newName }),
    ...(version === '' ? {} : at < 0 ? { newTag: version } : { digest: version }),
  };
}

function readReplicas(entry: JsonObject): JsonObject {
  const count = entry['count'];
  return { name: stringAt(entry, 'name') ?? '', count: typeof count === 'string' ? Number(count) : (count ?? 0) };
}

function named<Key extends string>(key: Key, value: string | undefined): { readonly [name in Key]?: string } {
  const member: { [name in Key]?: string } = {};
  if (value !== undefined && value !== '') member[key] = value;
  return member;
}

function refused(why: string, remedy: string): ArgoRendering {
  return { kind: 'refused', why, remedy };
}
