import { Buffer } from 'node:buffer';
import type { ImageReference } from '../resource/image/image-reference.ts';
import { type JsonObject, type JsonValue, isJsonObject, objectAt, parseJson, stringAt } from '../resource/json.ts';

/** Who to be at a registry: a name with its password, or a token to be exchanged. Never logged. */
export type RegistryCredentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'identity'; readonly token: string };

const largest = 1_000_000;
const mostEntries = 1000;
const hubNames: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/**
 * The credentials that a docker `config.json` (or the data of a Secret of type `kubernetes.io/dockerconfigjson`) holds for an image: the
 * longest entry that its name begins with, as the kubelet chooses. Undefined when there are none, or the text is none. Programs that a
 * file names (`credsStore`, `credHelpers`) are not run.
 */
export function credentialsFor(
  text: string,
  { registry, repository }: Pick<ImageReference, 'registry' | 'repository'>,
): RegistryCredentials | undefined {
  const auths = authsOf(text);
  const name = `${registry.toLowerCase()}/${repository}`;
  const fitting = Object.entries(auths)
    .slice(0, mostEntries)
    .map(([key, entry]) => ({ place: placeOf(key), entry }))
    .filter(({ place }) => place === name || name.startsWith(`${place}/`))
    .toSorted((one, other) => other.place.length - one.place.length);
  for (const { entry } of fitting) {
    const credentials = readEntry(entry);
    if (credentials !== undefined) return credentials;
  }
  return undefined;
}

function authsOf(text: string): JsonObject {
  if (text.length > largest) return {};
  try {
    const document = parseJson(text);
    // The older form of such Secrets (`.dockercfg`) has the entries at the top.
    return objectAt(document, 'auths') ?? (isJsonObject(document) ? document : {});
  } catch {
    return {};
  }
}

/** `https://index.docker.io/v1/` is docker.io; elsewhere a path below the host narrows down. */
function placeOf(key: string): string {
  const bare = key
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '');
  const [host = '', ...path] = bare.split('/');
  if (hubNames.has(host)) return ['docker.io', ...path.filter((part) => part !== 'v1' && part !== 'v2')].join('/');
  return path.length === 1 && /^v[12]$/.test(path[0] ?? '') ? host : bare;
}

function readEntry(entry: JsonValue): RegistryCredentials | undefined {
  const token = stringAt(entry, 'identitytoken');
  if (token !== undefined && token !== '') return { kind: 'identity', token };
  const [username, password] = [stringAt(entry, 'username'), stringAt(entry, 'password')];
  if (username !== undefined && password !== undefined && username !== '')
    return { kind: 'password', username, password };
  const decoded = Buffer.from(stringAt(entry, 'auth') ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon <= 0) return undefined;
  return {
    kind: 'password',
    username: decoded.slice(0, colon),
    password: decoded.slice(colon + 1).replace(/\0+$/, ''),
  };
}
