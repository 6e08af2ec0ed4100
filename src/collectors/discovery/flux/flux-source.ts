import { type JsonObject, objectAt, stringAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { ResourceId } from '../../../resource/resource-id.ts';
import type { RevisionWanted } from '../discovered-source.ts';
import { nameOf } from '../discovery-gap.ts';
import { printableUrl, whyNotFollowed } from '../repository-url.ts';

export interface Refusal {
  readonly why: string;
  readonly remedy: string;
}

export interface FluxRepository {
  readonly url: string;
  readonly revision: RevisionWanted;
  readonly object: Resource | null;
}

/** What flux objects are looked up in, and which URLs the configuration maps. */
export interface FluxSurroundings {
  find(kind: string, namespace: string, name: string): Resource | undefined;
  isMapped(url: string): boolean;
  /** Whether objects of a kind could not be read, so that absence says nothing. */
  isUnread(kind: string): boolean;
}

/** The repository that a `sourceRef` leads to, or why it is not read. */
export function followSource(
  reference: JsonObject,
  owner: ResourceId,
  around: FluxSurroundings,
): FluxRepository | Refusal {
  const kind = stringAt(reference, 'kind') ?? '';
  const id = {
    kind,
    namespace: stringAt(reference, 'namespace') || owner.namespace,
    name: stringAt(reference, 'name') ?? '',
  };
  const source = around.find(kind, id.namespace, id.name);
  if (source === undefined)
    return {
      why: `its source ${nameOf(id)} does not exist or cannot be read`,
      remedy: 'Create it, or let Mooring read it',
    };
  const url = stringAt(source.body, 'spec', 'url') ?? '';
  if (kind === 'GitRepository') return gitRepository(source, url, around);
  const place = kind === 'Bucket' ? bucketUrl(source.body) : url;
  if (place !== '' && around.isMapped(place))
    return { url: place, revision: { name: null, range: null }, object: source };
  return {
    why: `its source ${nameOf(id)} is no Git repository, and nothing else is read`,
    remedy:
      place === ''
        ? 'Use a GitRepository'
        : `Map ${printableUrl(place)} to a folder or repository that holds the same (repositories in the configuration)`,
  };
}

function gitRepository(source: Resource, url: string, around: FluxSurroundings): FluxRepository | Refusal {
  const refusal = around.isMapped(url) ? null : whyNotFollowed(url);
  if (refusal !== null) {
    return {
      why: `${printableUrl(url)} is not opened: ${refusal}`,
      remedy: 'Use an https or ssh URL, or map it to a repository in the configuration',
    };
  }
  return { url, revision: revisionOf(objectAt(source.body, 'spec', 'ref') ?? {}), object: source };
}

/** Flux takes the first of commit, name, semver, tag and branch; with none of them the branch master. */
function revisionOf(ref: JsonObject): RevisionWanted {
  const held = (key: string): string | null => stringAt(ref, key) || null;
  const exact = held('commit') ?? held('name');
  if (exact !== null) return { name: exact, range: null };
  const range = held('semver');
  if (range !== null) return { name: null, range };
  const tag = held('tag');
  return { name: tag === null ? `refs/heads/${held('branch') ?? 'master'}` : `refs/tags/${tag}`, range: null };
}

function bucketUrl(body: JsonObject): string {
  const [endpoint, bucket] = [stringAt(body, 'spec', 'endpoint') ?? '', stringAt(body, 'spec', 'bucketName') ?? ''];
  return endpoint === '' || bucket === '' ? '' : `${endpoint}/${bucket}`;
}
