import type { FieldPath, Segment } from '../../resource/field-path.ts';
import { isJsonObject, type JsonObject, type JsonScalar, type JsonValue } from '../../resource/json.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import { type FileStyle, pairLines } from '../edit/new-nodes.ts';
import type { Edit } from '../edit/primitive-edit.ts';

const style: FileStyle = { step: 2, listOffset: 0, quote: '"', eol: '\n', json: false, flowPad: true };

/** A strategic merge patch that carries out one edit; undefined when its path goes through a position in a list. */
export function patchDocument(
  object: { readonly apiVersion: string; readonly kind: string; readonly name: string },
  edit: Edit,
): string | undefined {
  const content = patchContent(edit.path, edit);
  if (content === undefined || !isJsonObject(content)) return undefined;
  const { metadata, ...rest } = content;
  const own: JsonObject = isJsonObject(metadata) ? { name: object.name, ...metadata } : { name: object.name };
  const document: JsonObject = { apiVersion: object.apiVersion, kind: object.kind, metadata: own, ...rest };
  return `${Object.entries(document)
    .flatMap(([key, value]) => pairLines(key, value, style))
    .join('\n')}\n`;
}

/** A name that is free in the overlay's folder. */
export function patchFileName(texts: ReadonlyMap<string, string>, folder: string, id: ResourceId): string {
  const prefix = folder === '' ? '' : `${folder}/`;
  const stem = `${id.kind}-${id.name}`
    .toLowerCase()
    .replaceAll(/[^a-z\d.-]/g, '-')
    .slice(0, 80);
  for (let count = 1; ; count += 1) {
    const file = `${prefix}patch-${stem}${count === 1 ? '' : `-${count}`}.yaml`;
    if (!texts.has(file)) return file;
  }
}

function patchContent(path: FieldPath, edit: Edit): JsonValue | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return edit.op === 'set' ? edit.value : null;
  if (segment.kind === 'field') {
    const inner = patchContent(rest, edit);
    return inner === undefined ? undefined : { [segment.name]: inner };
  }
  if (segment.kind !== 'keys' || segment.twin !== undefined) return undefined;
  const keys = keysOf(segment);
  if (rest.length === 0 && edit.op === 'remove') return [{ ...keys, $patch: 'delete' }];
  const inner = patchContent(rest, edit);
  return isJsonObject(inner) ? [{ ...keys, ...inner }] : undefined;
}

/** Paths hold keys as text; numbers among them (ports) are numbers in an object. */
function keysOf(segment: Extract<Segment, { kind: 'keys' }>): Record<string, JsonScalar> {
  return Object.fromEntries(
    segment.keys.map(([key, value]) => [
      key,
      /port$/i.test(key) && /^\d+$/.test(String(value)) ? Number(value) : value,
    ]),
  );
}
