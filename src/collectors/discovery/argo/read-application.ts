import { arrayAt, isJsonObject, type JsonObject, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { Gap } from '../../../resource/snapshot.ts';
import type { ArgoContext, DiscoveredSource, Elsewhere, SourceLocation } from '../discovered-source.ts';
import { discoveryGap, nameOf, ruleGap, unreadScope } from '../discovery-gap.ts';
import { chartUrl, printableUrl, whyNotFollowed } from '../repository-url.ts';
import type { ReadRules } from '../rules/flux-ignore.ts';
import { isRange } from '../semver-range.ts';
import { cleanPath } from '../tree-path.ts';
import {
  type Destination,
  permitsApplicationsOf,
  permitsDestination,
  permitsSource,
  whyForbidden,
} from './app-project.ts';
import { readIgnoreDifferences } from './ignore-differences.ts';

/** Which destinations of Argo CD are the cluster that is looked at. */
export interface ThisCluster {
  readonly servers: readonly string[];
  readonly names: readonly string[];
}

export interface ApplicationSurroundings {
  readonly project: Resource | undefined;
  readonly systemRules: ReadRules;
  /** Of the installation: files outside a kustomization's folder are loaded. */
  readonly beyondRoot: boolean;
  readonly here: ThisCluster;
  /** Whether a URL may be opened although it is none of a remote: the configuration maps it. */
  readonly isMapped: (url: string) => boolean;
}

export interface ReadApplication {
  readonly sources: readonly DiscoveredSource[];
  readonly gaps: readonly Gap[];
  readonly elsewhere: readonly Elsewhere[];
}

/** The sources of an Application, or why it has none here. */
export function readApplication(application: Resource, around: ApplicationSurroundings): ReadApplication {
  const name = nameOf(application.id);
  const named = readDestination(application.body);
  const cluster = otherCluster(named, around.here);
  if (cluster !== null) return { sources: [], gaps: [], elsewhere: [{ name, cluster }] };
  const destination = inBothForms(named, around.here);
  const declared = declaredSources(application.body);
  if (declared.length === 0) {
    return failed(discoveryGap(name, 'it names no source', 'Give it spec.source or spec.sources'));
  }
  const problem = whyRefused(application, declared, destination, around);
  if (problem !== null) return failed({ ...problem, scope: unreadScope(destination.namespace) });
  return readSources(application, declared, destination, around);
}

function readSources(
  application: Resource,
  declared: readonly JsonObject[],
  destination: Destination,
  around: ApplicationSurroundings,
): ReadApplication {
  const name = nameOf(application.id);
  const own = readIgnoreDifferences(arrayAt(application.body, 'spec', 'ignoreDifferences'), name);
  const gaps: Gap[] = own.problems.map((problem) => ruleGap(name, problem));
  const refs = refsOf(declared);
  const sources = declared.flatMap((source, index): readonly DiscoveredSource[] => {
    if (isReferenceOnly(source)) return [];
    const location = locationOf(source);
    const context: ArgoContext = {
      application: application.id.name,
      project: projectName(application),
      namespace: destination.namespace,
      refs,
    };
    return [
      {
        name: declared.length === 1 ? name : `${name} [${index + 1}]`,
        engine: 'argocd',
        owner: application.id,
        location,
        namespace: destination.namespace === '' ? 'default' : destination.namespace,
        render: { kind: 'argo', source, context },
        beyondRoot: around.beyondRoot,
        permits: permitsOf(around, destination),
        limits: around.project?.body['spec'] ?? null,
        rules: [...own.rules, ...around.systemRules.rules],
        prune: valueAt(application.body, 'spec', 'syncPolicy', 'automated', 'prune') === true,
        dependsOn: [],
      },
    ];
  });
  return { sources, gaps, elsewhere: [] };
}

function permitsOf({ project }: ApplicationSurroundings, destination: Destination): DiscoveredSource['permits'] {
  return project === undefined ? null : (id) => whyForbidden(project, id, destination);
}

/** Argo CD refuses such an application too, so nothing of it is ever applied. */
function whyRefused(
  application: Resource,
  declared: readonly JsonObject[],
  destination: Destination,
  around: ApplicationSurroundings,
): Gap | null {
  const name = nameOf(application.id);
  const { project } = around;
  if (project === undefined) {
    const why = `its project ${projectName(application)} does not exist or cannot be read`;
    return discoveryGap(name, why, 'Create the AppProject, or let Mooring read AppProjects');
  }
  if (!permitsApplicationsOf(project, application.id.namespace)) {
    const why = `project ${project.id.name} takes no applications from namespace ${application.id.namespace}`;
    return discoveryGap(name, why, 'Add the namespace to sourceNamespaces of the project');
  }
  if (!permitsDestination(project, destination)) {
    const why = `project ${project.id.name} does not permit the destination ${destination.namespace}`;
    return discoveryGap(name, why, 'Add the destination to the project');
  }
  for (const source of declared) {
    const url = stringAt(source, 'repoURL') ?? '';
    if (!permitsSource(project, url)) {
      const why = `project ${project.id.name} does not permit the repository ${printableUrl(url)}`;
      return discoveryGap(name, why, 'Add it to sourceRepos of the project');
    }
    const refusal = whyUnreachable(source, url, around);
    if (refusal !== null) return discoveryGap(name, refusal.why, refusal.remedy);
  }
  return null;
}

function whyUnreachable(
  source: JsonObject,
  url: string,
  around: ApplicationSurroundings,
): { readonly why: string; readonly remedy: string } | null {
  const chart = stringAt(source, 'chart');
  if (chart !== undefined && chart !== '') {
    if (around.isMapped(chartUrl(url, chart))) return null;
    const why = `chart ${chart} of ${printableUrl(url)} is in a chart repository, which is not read`;
    return {
      why,
      remedy: `Map ${chartUrl(printableUrl(url), chart)} to a folder that holds the chart (repositories in the configuration)`,
    };
  }
  if (around.isMapped(url)) return null;
  const why = whyNotFollowed(url);
  return why === null
    ? null
    : {
        why: `${printableUrl(url)} is not opened: ${why}`,
        remedy: 'Use an https or ssh URL, or map it to a repository in the configuration',
      };
}

function locationOf(source: JsonObject): SourceLocation {
  const url = stringAt(source, 'repoURL') ?? '';
  const chart = stringAt(source, 'chart') ?? '';
  const target = stringAt(source, 'targetRevision') ?? '';
  if (chart !== '') return { url: chartUrl(url, chart), revision: { name: null, range: null }, path: '' };
  return {
    url,
    revision: { name: target === '' || target === 'HEAD' ? null : target, range: isRange(target) ? target : null },
    path: cleanPath(stringAt(source, 'path') ?? ''),
  };
}

/** A source that others refer to and that has nothing to render itself. */
function isReferenceOnly(source: JsonObject): boolean {
  return (
    (stringAt(source, 'ref') ?? '') !== '' &&
    (stringAt(source, 'path') ?? '') === '' &&
    (stringAt(source, 'chart') ?? '') === ''
  );
}

function refsOf(declared: readonly JsonObject[]): Readonly<Record<string, SourceLocation>> {
  return Object.fromEntries(
    declared.flatMap((source) => {
      const ref = stringAt(source, 'ref') ?? '';
      return /^[\w-]+$/.test(ref) ? [[ref, { ...locationOf(source), path: '' }] as const] : [];
    }),
  );
}

function declaredSources(body: JsonObject): readonly JsonObject[] {
  const hydrator = objectAt(body, 'spec', 'sourceHydrator');
  if (hydrator !== undefined) {
    // What is applied is what was hydrated, in the branch that is synchronised.
    const dry = objectAt(hydrator, 'drySource') ?? {};
    const sync = objectAt(hydrator, 'syncSource') ?? {};
    const repoURL = stringAt(sync, 'repoURL') || (stringAt(dry, 'repoURL') ?? '');
    return [{ repoURL, path: stringAt(sync, 'path') ?? '', targetRevision: stringAt(sync, 'targetBranch') ?? '' }];
  }
  const several = arrayAt(body, 'spec', 'sources').filter(isJsonObject);
  const one = objectAt(body, 'spec', 'source');
  return several.length > 0 || one === undefined ? several : [one];
}

function readDestination(body: JsonObject): Destination {
  const [server = '', name = '', namespace = ''] = ['server', 'name', 'namespace'].map((key) =>
    stringAt(body, 'spec', 'destination', key),
  );
  return { server, name, namespace };
}

/** The cluster an application is for, when it is another one. */
function otherCluster({ server, name }: Destination, here: ThisCluster): string | null {
  const isHere = server === '' ? here.names.includes(name) : here.servers.includes(server.replace(/\/+$/, ''));
  return isHere ? null : name || server || 'no cluster';
}

/** An application names its cluster by server or by name, a project may name it the other way. */
function inBothForms({ server, name, namespace }: Destination, { servers, names }: ThisCluster): Destination {
  return {
    server: server === '' ? (servers[0] ?? '') : server,
    name: name === '' ? (names[0] ?? '') : name,
    namespace,
  };
}

export function projectName(application: Resource): string {
  return stringAt(application.body, 'spec', 'project') || 'default';
}

function failed(gap: Gap): ReadApplication {
  return { sources: [], gaps: [gap], elsewhere: [] };
}
