import { arrayAt, isJsonObject, type JsonValue, objectAt, stringAt, valueAt } from '../json.ts';

/** What an image tells whoever starts it; everything bounded. */
export interface ImageConfig {
  /** Of the manifest that was read, of the platform when there are several: `sha256:…`. */
  readonly digest: string;
  /** In the order of the image; a later one of the same name wins. */
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** TCP ports that it says it listens on. */
  readonly ports: readonly number[];
  readonly labels: ImageLabels;
}

/** The labels of OCI that say whose image it is; null for those that are not there. */
export interface ImageLabels {
  readonly source: string | null;
  readonly title: string | null;
  readonly vendor: string | null;
}

/** What is known of the image behind a reference: its configuration, or why there is none. */
export type ImageState =
  | {
      readonly kind: 'known';
      readonly image: ImageConfig;
      /** Why it could not be read anew since `readAt` (RFC 3339); absent when it is current. */
      readonly stale?: { readonly readAt: string; readonly why: string };
    }
  | { readonly kind: 'unreadable'; readonly why: string };

const mostEntries = 1000;
const longestEntry = 32_768;
const longestLabel = 300;

/** Reads the configuration of an image (OCI image-spec `config.md`, Docker image v1). Undefined when the document is none. */
export function readImageConfig(document: JsonValue, digest: string): ImageConfig | undefined {
  if (!isJsonObject(document)) return undefined;
  const config = objectAt(document, 'config') ?? {};
  const env = arrayAt(config, 'Env')
    .slice(0, mostEntries)
    .flatMap((entry) => (typeof entry === 'string' ? variableOf(entry) : []));
  return {
    digest,
    env,
    entrypoint: words(valueAt(config, 'Entrypoint')),
    command: words(valueAt(config, 'Cmd')),
    ports: Object.keys(objectAt(config, 'ExposedPorts') ?? {})
      .slice(0, mostEntries)
      .flatMap(portOf)
      .toSorted((one, other) => one - other),
    labels: {
      source: label(config, 'source'),
      title: label(config, 'title'),
      vendor: label(config, 'vendor'),
    },
  };
}

function variableOf(entry: string): (readonly [string, string])[] {
  const equals = entry.indexOf('=');
  return equals <= 0 || entry.length > longestEntry ? [] : [[entry.slice(0, equals), entry.slice(equals + 1)]];
}

/** Old builders wrote one text where a list is meant. */
function words(value: JsonValue | undefined): string[] {
  const list = typeof value === 'string' ? [value] : arrayAt({ list: value ?? null }, 'list');
  return list
    .slice(0, mostEntries)
    .flatMap((word) => (typeof word === 'string' && word.length <= longestEntry ? [word] : []));
}

function portOf(text: string): number[] {
  const [, digits] = /^(\d{1,5})(?:\/tcp)?$/.exec(text) ?? [];
  const port = Number(digits ?? 0);
  return port > 0 && port < 65_536 ? [port] : [];
}

function label(config: JsonValue, name: string): string | null {
  const text = stringAt(config, 'Labels', `org.opencontainers.image.${name}`);
  return text === undefined || text === '' ? null : text.slice(0, longestLabel);
}
