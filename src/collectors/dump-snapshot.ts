import { formatJson } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { formatResourceId, type ResourceId } from '../resource/resource-id.ts';
import type { Gap, LiveSnapshot } from '../resource/snapshot.ts';
import type { DumpFile } from './dump-files.ts';
import type { ParsedManifests } from './parse-manifests.ts';

/** What a folder of dumps holds. An object that several files show is taken from the one written last. */
export function snapshotOf(source: string, files: readonly DumpFile[], gaps: readonly Gap[]): LiveSnapshot {
  const byAge = files.toSorted((left, right) => (left.writtenAt < right.writtenAt ? -1 : 1));
  const resources = new Map<string, Resource>();
  for (const { parsed } of byAge)
    for (const resource of parsed.resources) resources.set(formatResourceId(resource.id), resource);
  return {
    source,
    resources: [...resources.values()],
    gaps: [...gaps, ...files.flatMap(({ parsed }) => parsed.gaps)],
    readAt: byAge.at(-1)?.writtenAt ?? new Date(0).toISOString(),
    openApi: files.map(({ openApi }) => openApi).filter((document) => document !== null),
  };
}

/** A file that broke for good: the objects it held are not gone, nobody knows. An empty file does say that they are gone. */
export function withLostResources(file: DumpFile, held: DumpFile): DumpFile {
  if (file.parsed.gaps.length === 0) return file;
  const present = new Set(file.parsed.resources.map(({ id }) => formatResourceId(id)));
  const lost = held.parsed.resources.filter(({ id }) => !present.has(formatResourceId(id)));
  const gaps = lost.map(({ id }) => ({
    what: file.path,
    why: 'it held this object and can no longer be read',
    remedy: 'Dump it again',
    scope: id,
  }));
  return { ...file, parsed: { ...file.parsed, gaps: [...file.parsed.gaps, ...gaps] } };
}

/** The objects of files that changed which differ themselves, those that came or went, and those that became unreadable. */
export function changedIds(
  before: ReadonlyMap<string, DumpFile>,
  after: ReadonlyMap<string, DumpFile>,
): readonly ResourceId[] {
  const nothing: ParsedManifests = { resources: [], gaps: [] };
  const changed = new Map<string, ResourceId>();
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const old = before.get(path)?.parsed ?? nothing;
    const fresh = after.get(path)?.parsed ?? nothing;
    if (old === fresh) continue;
    const left = textsById(old.resources);
    const right = textsById(fresh.resources);
    for (const [key, { id }] of [...left, ...right]) {
      if (left.get(key)?.text !== right.get(key)?.text) changed.set(key, id);
    }
    for (const id of [...old.gaps, ...fresh.gaps].flatMap(idOfGap)) changed.set(formatResourceId(id), id);
  }
  return [...changed.values()];
}

/** The one object that a gap leaves unjudged, when it is one. */
function idOfGap({ scope }: Gap): readonly ResourceId[] {
  const { group = '', kind, namespace = '', name } = scope;
  return kind && name ? [{ group, kind, namespace, name }] : [];
}

function textsById(
  resources: readonly Resource[],
): ReadonlyMap<string, { readonly id: ResourceId; readonly text: string }> {
  return new Map(resources.map(({ id, body }) => [formatResourceId(id), { id, text: formatJson(body) }]));
}
