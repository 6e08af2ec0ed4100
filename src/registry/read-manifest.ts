import { arrayAt, isJsonObject, type JsonValue, objectAt, parseJson, stringAt, valueAt } from '../resource/json.ts';
import { RegistryProblem } from './registry-problem.ts';

/** The manifest of one image, or a list that has one for each platform. */
export type Manifest =
  | { readonly kind: 'image'; readonly config: string }
  | { readonly kind: 'index'; readonly digest: string };

const lists = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'];
const images = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];
const configs: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

export const acceptedManifests = [...lists, ...images].join(', ');

const digestForm = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
const mostMembers = 1000;

/**
 * Reads what a registry answers for a manifest. `platform` is `linux/amd64`; where a list lacks it, the first image for Linux stands in:
 * environment and command hardly ever differ. Throws RegistryProblem.
 */
export function readManifest(bytes: Uint8Array, contentType: string, platform: string): Manifest {
  const document = parseDocument(bytes);
  const type = stringAt(document, 'mediaType') ?? contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (valueAt(document, 'schemaVersion') === 1 || type.includes('docker.distribution.manifest.v1+'))
    throw new RegistryProblem('not-an-image', 'its manifest is of schema 1, which is no longer read; push it anew');
  if (lists.includes(type) || (!images.includes(type) && valueAt(document, 'manifests') !== undefined))
    return { kind: 'index', digest: memberFor(document, platform) };
  const config = objectAt(document, 'config');
  const digest = stringAt(config, 'digest');
  if (digest === undefined || !digestForm.test(digest))
    throw new RegistryProblem('bad-answer', 'its manifest names no configuration');
  const kind = stringAt(config, 'mediaType') ?? '';
  if (!configs.has(kind))
    throw new RegistryProblem('not-an-image', `it holds ${kind.slice(0, 100)}, which is no container image`);
  return { kind: 'image', config: digest };
}

/** The JSON object that these bytes are. Throws RegistryProblem. */
export function parseDocument(bytes: Uint8Array): JsonValue {
  try {
    const document = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isJsonObject(document)) return document;
  } catch {
    // Said below.
  }
  throw new RegistryProblem('bad-answer', 'the registry answered what is no JSON object');
}

function memberFor(document: JsonValue, platform: string): string {
  const [system = '', architecture = ''] = platform.split('/');
  const members = arrayAt(document, 'manifests')
    .slice(0, mostMembers)
    .flatMap((member) => {
      const digest = stringAt(member, 'digest') ?? '';
      const type = stringAt(member, 'mediaType') ?? '';
      if (!digestForm.test(digest) || !(lists.includes(type) || images.includes(type))) return [];
      return [{ digest, os: stringAt(member, 'platform', 'os'), cpu: stringAt(member, 'platform', 'architecture') }];
    });
  // Attestations are listed beside images, with a platform that nobody has.
  const found =
    members.find(({ os, cpu }) => os === system && cpu === architecture) ??
    members.find(({ os }) => os === system) ??
    members.find(({ os }) => os === undefined);
  if (found === undefined) throw new RegistryProblem('not-an-image', `it has no image for ${platform}`);
  return found.digest;
}
