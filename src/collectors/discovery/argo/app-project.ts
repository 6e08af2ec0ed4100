import { arrayAt, isJsonArray, type JsonValue, stringAt, valueAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { ResourceId } from '../../../resource/resource-id.ts';
import { matchesGlob } from '../glob.ts';
import { textsOf } from '../read-texts.ts';

export interface Destination {
  readonly server: string;
  readonly name: string;
  readonly namespace: string;
}

/** Whether a project lets its applications read a repository: some pattern fits and no `!` pattern does. */
export function permitsSource(project: Resource, url: string): boolean {
  const normal = normalise(url);
  let permitted = false;
  for (const pattern of textsOf(valueAt(project.body, 'spec', 'sourceRepos'))) {
    const denied = pattern.startsWith('!');
    if (denied && matchesGlob(normalise(pattern.slice(1)), normal, { separator: '/' })) return false;
    if (!denied && (pattern === '*' || matchesGlob(normalise(pattern), normal, { separator: '/' }))) permitted = true;
  }
  return permitted;
}

/** The comparison Argo CD makes: lower case, no `.git`, the short form of ssh like the long one. */
function normalise(url: string): string {
  const lower = url.trim().toLowerCase();
  const isShort = !lower.includes('://') && /^[^/:]*@[^@]+$/.test(lower);
  return (isShort ? lower.replace(':', '/') : lower).replace(/^ssh:\/\//, '').replace(/\.git$/, '');
}

/** Whether a project lets its applications write to a namespace of a cluster. */
export function permitsDestination(project: Resource, destination: Destination): boolean {
  const answers = arrayAt(project.body, 'spec', 'destinations').map((entry) => answerOf(entry, destination));
  return answers.includes('permits') && !answers.includes('denies');
}

function answerOf(entry: JsonValue, destination: Destination): 'permits' | 'denies' | 'silent' {
  const [server, name, namespace] = (['server', 'name', 'namespace'] as const).map((key) => {
    const pattern = stringAt(entry, key) ?? '';
    return {
      fits: (key === 'namespace' || destination[key] !== '') && fits(pattern, destination[key]),
      denial: pattern.startsWith('!'),
    };
  });
  if (server === undefined || name === undefined || namespace === undefined) return 'silent';
  if ((server.fits || name.fits) && namespace.fits) return 'permits';
  if (!name.fits && name.denial) return 'denies';
  return excludes(server, namespace) || excludes(namespace, server) ? 'denies' : 'silent';
}

interface PatternAnswer {
  readonly fits: boolean;
  readonly denial: boolean;
}

/** A `!` pattern that fits counts only where the rest of its entry fits too. */
function excludes(pattern: PatternAnswer, rest: PatternAnswer): boolean {
  return !pattern.fits && pattern.denial && rest.fits;
}

function fits(pattern: string, value: string): boolean {
  if (pattern.startsWith('!')) return !matchesGlob(pattern.slice(1), value, { separator: null });
  return pattern === '*' || matchesGlob(pattern, value, { separator: null });
}

/** Whether applications that live in a namespace may belong to a project of the installation in another one. */
export function permitsApplicationsOf(project: Resource, namespace: string): boolean {
  if (namespace === project.id.namespace) return true;
  return textsOf(valueAt(project.body, 'spec', 'sourceNamespaces')).some((pattern) => {
    // Between slashes it is a regular expression, which is not evaluated: nobody's pattern is trusted to end.
    return !/^\/.*\/$/.test(pattern) && matchesGlob(pattern, namespace, { separator: null });
  });
}

/** Why a project forbids an object to its applications, or null. */
export function whyForbidden(
  project: Resource,
  id: ResourceId,
  cluster: Omit<Destination, 'namespace'>,
): string | null {
  const lists = id.namespace === '' ? 'cluster' : 'namespace';
  const allowed = valueAt(project.body, 'spec', `${lists}ResourceWhitelist`);
  const denied = valueAt(project.body, 'spec', `${lists}ResourceBlacklist`);
  const isListed = (list: JsonValue | undefined): boolean =>
    isJsonArray(list) && list.some((entry) => isInEntry(entry, id, lists === 'cluster'));
  // Objects of a namespace are allowed unless a list says otherwise, those of the cluster only when one says so.
  const isAllowed = lists === 'namespace' && !isJsonArray(allowed) ? true : isListed(allowed);
  if (!isAllowed || isListed(denied)) return `project ${project.id.name} does not permit ${id.kind}`;
  if (id.namespace !== '' && !permitsDestination(project, { ...cluster, namespace: id.namespace })) {
    return `project ${project.id.name} does not permit namespace ${id.namespace}`;
  }
  return null;
}

function isInEntry(entry: JsonValue, id: ResourceId, withName: boolean): boolean {
  const [group = '', kind = '', name = ''] = ['group', 'kind', 'name'].map((key) => stringAt(entry, key));
  const isSame = fits(group, id.group) && fits(kind, id.kind);
  return isSame && (!withName || name === '' || fits(name, id.name));
}

/** The project of an application: one of its own installation, else the only one of that name. */
export function projectOf(name: string, application: Resource, projects: readonly Resource[]): Resource | undefined {
  const named = projects.filter((project) => project.id.name === name);
  return named.find((project) => project.id.namespace === application.id.namespace) ?? named[0];
}
