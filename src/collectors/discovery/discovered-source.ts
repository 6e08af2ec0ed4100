import type { JsonObject, JsonValue } from '../../resource/json.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { Gap } from '../../resource/snapshot.ts';
import type { ImportedRule } from './rules/imported-rule.ts';

/** What an engine object declares, as plain values but for the two functions: a folder of a repository at a revision, how it becomes objects, and where they belong. */
export interface DiscoveredSource {
  /** Unique: `Application argocd/shop`; the second of several sources is `Application argocd/shop [2]`. */
  readonly name: string;
  readonly engine: 'argocd' | 'flux';
  /** The Application, Kustomization or HelmRelease. */
  readonly owner: ResourceId;
  readonly location: SourceLocation;
  /** Where objects that name no namespace belong. */
  readonly namespace: string;
  readonly render: RenderWanted;
  /** Whether kustomizations may load files of the repository outside their own folders. */
  readonly beyondRoot: boolean;
  /** Says no to objects that the engine would refuse to apply, with the reason; null: everything is permitted. */
  readonly permits: ((object: ResourceId) => string | null) | null;
  /** What `permits` goes by, so that two discoveries can be compared as text. */
  readonly limits: JsonValue;
  readonly rules: readonly ImportedRule[];
  /** Whether the engine removes what Git no longer declares. */
  readonly prune: boolean;
  /** Engine objects that must be ready before this one is applied. */
  readonly dependsOn: readonly ResourceId[];
}

export interface SourceLocation {
  /** The URL as declared, or what a local mapping has to be found for. Never with credentials. */
  readonly url: string;
  readonly revision: RevisionWanted;
  /** Folder relative to the root, without leading or trailing slash; empty for the root. */
  readonly path: string;
  /** Of Flux: patterns of files that are left out, in place of its own list. */
  readonly ignore?: string | null;
}

/** `range`, a constraint of semantic versions, picks the highest tag that satisfies it; without one `name` is taken. Both null: HEAD. */
export interface RevisionWanted {
  readonly name: string | null;
  readonly range: string | null;
}

export type RenderWanted =
  | DirectoryWanted
  | KustomizeWanted
  | HelmWanted
  /** Whatever the files of the folder ask for; Argo CD reads overrides from the folder itself. */
  | { readonly kind: 'argo'; readonly source: JsonObject; readonly context: ArgoContext };

/** What the rendering of an Argo CD source depends on besides the source itself. */
export interface ArgoContext {
  readonly application: string;
  readonly project: string;
  readonly namespace: string;
  /** Other sources of the application by `ref`, each reachable below `mountPath(ref)`. */
  readonly refs: Readonly<Record<string, SourceLocation>>;
}

/** Plain files. Globs are those of Argo CD: `*` crosses folders, `{a,b}` is a choice. */
export interface DirectoryWanted {
  readonly kind: 'directory';
  readonly recurse: boolean;
  readonly include: string | null;
  readonly exclude: string | null;
}

export interface KustomizeWanted {
  readonly kind: 'kustomize';
  readonly edits: KustomizeEdits;
  /** Make a kustomization of all manifests below the folder when it has none, as Flux does. */
  readonly generate: boolean;
  readonly substitution: Substitution | null;
  readonly metadata: CommonMetadata | null;
}

/** Members to put into a kustomization. Lists are appended; of images and replicas the entry of the same name is changed. */
export interface KustomizeEdits {
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly namespace?: string;
  readonly images?: readonly JsonObject[];
  /** Keep what an entry of the same name says and the edit leaves open (Flux); otherwise it is replaced (Argo CD), where `*` keeps. */
  readonly imagesKeep?: boolean;
  readonly replicas?: readonly JsonObject[];
  readonly patches?: readonly JsonObject[];
  readonly components?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
  readonly labels?: LabelEdit;
  readonly annotations?: { readonly pairs: Readonly<Record<string, string>>; readonly force: boolean };
  readonly legacy?: {
    readonly patchesStrategicMerge: readonly JsonObject[];
    readonly patchesJson6902: readonly JsonObject[];
  };
}

export interface LabelEdit {
  readonly pairs: Readonly<Record<string, string>>;
  /** Without selectors they are written to the objects only; with templates also to pod templates. */
  readonly selectors: boolean;
  readonly templates: boolean;
  readonly force: boolean;
}

export interface CommonMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Variables for `${NAME}`. A name of `secret` stands for a value that is never read: what it fills cannot be judged. */
export interface Substitution {
  readonly variables: Readonly<Record<string, string>>;
  /** Variables whose values are in Secrets that were not read; null: a whole Secret whose keys are not known either. */
  readonly hidden: readonly string[] | null;
  /** Substitute even when there are no variables. */
  readonly always: boolean;
}

export interface HelmWanted {
  readonly kind: 'helm';
  readonly release: string;
  readonly namespace: string;
  /** Files of values within the tree, later ones win. */
  readonly valueFiles: readonly ValueFile[];
  /** The values of the chart itself do not count; `valueFiles` stand in their place. */
  readonly replacesChartValues: boolean;
  /** YAML after all files, or null. */
  readonly values: string | null;
  /** Where a value from a Secret would go: each is rendered with two stand-ins, and what they reach cannot be judged. */
  readonly hiddenValues: readonly string[];
  readonly settings: readonly HelmSetting[];
  readonly includeCrds: boolean;
  readonly skipTests: boolean;
  readonly skipSchemaValidation: boolean;
  readonly kubeVersion: string | null;
  readonly apiVersions: readonly string[] | null;
  /** Kustomize over what Helm printed. */
  readonly postRender: KustomizeEdits | null;
  readonly metadata: CommonMetadata | null;
}

export interface ValueFile {
  /** Relative to the root of the tree. */
  readonly path: string;
  readonly optional: boolean;
  /** The tree it is in: a `ref` of the application, or null for that of the chart. */
  readonly ref: string | null;
}

export interface HelmSetting {
  readonly kind: 'set' | 'set-string' | 'set-file';
  readonly name: string;
  /** The value, or of `set-file` the path. */
  readonly value: string;
  readonly ref: string | null;
}

/** Whether somebody heals drift there, and what the engine's own status is worth. */
export interface EngineReport {
  /** The engine object. */
  readonly name: string;
  readonly engine: 'argocd' | 'flux';
  readonly owner: ResourceId;
  /**
   * `paused`: told to stop. `manual`: heals only when a person says so. `down`: its controller does not run, so its status is frozen.
   * `stale`: has not looked for long. `failing`: says itself that it cannot apply. `waiting`: for what it depends on.
   */
  readonly state: EngineState;
  readonly why: string;
  /** Of `down`: what is wrong with the controller, the same for everything it is responsible for. */
  readonly cause: string | null;
}

export type EngineState = 'running' | 'paused' | 'manual' | 'down' | 'stale' | 'failing' | 'waiting';

/** An engine object that applies to another cluster. */
export interface Elsewhere {
  readonly name: string;
  readonly cluster: string;
}

/** What has to be read of a repository before an ApplicationSet can be evaluated. */
export interface GitQuestion {
  /** Key of the answer. */
  readonly key: string;
  readonly url: string;
  readonly revision: RevisionWanted;
  /** Null: the directories. Otherwise the files whose paths fit one of these globs, with their contents. */
  readonly files: readonly string[] | null;
}

export type GitAnswer =
  | { readonly kind: 'directories'; readonly paths: readonly string[] }
  | { readonly kind: 'files'; readonly files: readonly { readonly path: string; readonly text: string }[] }
  | { readonly kind: 'unreadable'; readonly why: string; readonly remedy: string };

export interface Discovery {
  readonly sources: readonly DiscoveredSource[];
  readonly gaps: readonly Gap[];
  readonly engines: readonly EngineReport[];
  readonly elsewhere: readonly Elsewhere[];
  /** Answer these and discover again; empty when nothing more is needed. */
  readonly questions: readonly GitQuestion[];
}

/** Where the files of another source of the same application are reachable. */
export function mountPath(ref: string): string {
  return `.mooring-refs/${ref}`;
}
