import { arrayAt, isJsonObject, type JsonObject, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { Container, Workload } from '../../landscape/workload.ts';
import { keyFor } from '../../landscape/landscape.ts';
import { resourceAt, type View } from '../../landscape/view.ts';
import type { EvidenceOptions } from '../evidence.ts';
import { configTexts } from './config-texts.ts';

/** One file that a container sees. `id` is unique per ConfigMap key. */
export interface ConfigDocument {
  readonly id: string;
  readonly file: string;
  readonly text: string;
  readonly path: string;
  readonly source: Resource;
}

/** Files of the ConfigMaps (and, when switched on, Secrets) that a container really mounts, `items` and `subPath` respected. */
export function mountedDocuments(
  workload: Workload,
  container: Container,
  view: View,
  options: EvidenceOptions,
): ConfigDocument[] {
  const mounts = arrayAt(container.body, 'volumeMounts').filter(isJsonObject);
  const documents: ConfigDocument[] = [];
  for (const volume of arrayAt(workload.pod, 'volumes').filter(isJsonObject)) {
    const own = mounts.filter((mount) => stringAt(mount, 'name') === stringAt(volume, 'name'));
    if (own.length === 0) continue;
    for (const source of volumeSources(volume)) {
      for (const document of documentsOf(source, workload.namespace, view, options)) {
        if (own.some((mount) => reaches(mount, document.file))) documents.push(document);
      }
    }
  }
  return documents;
}

/** A mount with a `subPath` shows one file; any other shows all. */
function reaches(mount: JsonObject, file: string): boolean {
  const only = stringAt(mount, 'subPath');
  return only === undefined || only === file || file.startsWith(`${only}/`);
}

interface VolumeSource {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly items: ReadonlyMap<string, string> | null;
}

/** ConfigMaps and Secrets behind a volume, also those inside a projected one. `items` maps keys to file names. */
export function volumeSources(volume: JsonObject): VolumeSource[] {
  const bodies = [volume, ...arrayAt(volume, 'projected', 'sources').filter(isJsonObject)];
  return bodies.flatMap((body) => {
    const configMap = objectAt(body, 'configMap');
    const secret = objectAt(body, 'secret');
    const reference = configMap ?? secret;
    const name = stringAt(reference, 'name') ?? stringAt(reference, 'secretName');
    if (reference === undefined || name === undefined) return [];
    const listed = valueAt(reference, 'items') === undefined ? null : arrayAt(reference, 'items');
    const items = listed?.map((item) => [stringAt(item, 'key') ?? '', stringAt(item, 'path') ?? ''] as const);
    return [
      {
        kind: configMap === undefined ? 'Secret' : 'ConfigMap',
        name,
        items: items === undefined ? null : new Map(items),
      },
    ];
  });
}

function documentsOf(source: VolumeSource, namespace: string, view: View, options: EvidenceOptions): ConfigDocument[] {
  const id = keyFor('', source.kind, namespace, source.name);
  const resource = resourceAt(view, id);
  if (resource === undefined) return [];
  const texts = configTexts(resource, options);
  return [...texts].flatMap(([key, text]) => {
    const file = source.items === null ? key : source.items.get(key);
    return file === undefined
      ? []
      : [{ id: `${id}#${key}`, file, text, path: `data.${quoteKey(key)}`, source: resource }];
  });
}

function quoteKey(key: string): string {
  return key.includes('.') ? `"${key}"` : key;
}
