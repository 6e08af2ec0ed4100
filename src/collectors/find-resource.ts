import { objectAt, stringAt } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { parseManifests } from './parse-manifests.ts';
import { splitDocuments } from './split-documents.ts';

/**
 * The object of a file that has the identity `resource` declares in its own document (its placed namespace does not count), or
 * undefined. Of a large file only the documents that hold its name are parsed.
 */
export function findResource(text: string, file: string, resource: Resource): Resource | undefined {
  if (/^\s*\{/.test(text)) return parseManifests(text, file).resources.find((found) => isSame(found, resource));
  for (const document of splitDocuments(text)) {
    if (!document.text.includes(resource.id.name)) continue;
    const found = parseManifests(document.text, file).resources.find((candidate) => isSame(candidate, resource));
    if (found !== undefined) return { ...found, origin: { file, line: document.line } };
  }
  return undefined;
}

/** The same kind, name and declared namespace. */
export function isSame(left: Resource, right: Resource): boolean {
  return (
    left.id.kind === right.id.kind &&
    left.id.group === right.id.group &&
    left.id.name === right.id.name &&
    declaredNamespace(left) === declaredNamespace(right)
  );
}

function declaredNamespace(resource: Resource): string {
  return stringAt(objectAt(resource.body, 'metadata'), 'namespace') ?? '';
}
