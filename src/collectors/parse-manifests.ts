import { isJsonObject, type JsonValue, objectAt, parseJson, stringAt } from '../resource/json.ts';
import { withholdLastApplied } from '../resource/last-applied.ts';
import type { Resource } from '../resource/resource.ts';
import { isCatalogEntity } from '../resource/catalog-entity.ts';
import { groupOf } from '../resource/resource-id.ts';
import { SharedStrings } from '../resource/shared-strings.ts';
import type { Gap, GapScope } from '../resource/snapshot.ts';
import { type Identified, identifyResources } from './identify-resource.ts';
import { maxDepth, readYamlDocument, YamlProblem } from './kubernetes-yaml.ts';
import { type JsonSpan, scanJson } from './scan-json.ts';
import { splitDocuments } from './split-documents.ts';

export interface ParsedManifests {
  readonly resources: readonly Resource[];
  /** Objects that tell of the estate and are not judged: entities of Backstage, and objects in which a key is there twice. Absent: none. */
  readonly entities?: readonly Resource[];
  readonly gaps: readonly Gap[];
}

export const maxFileBytes = 20 * 1024 * 1024;
const maxGapsPerFile = 50;

/**
 * Covers no resource. Used when nobody can tell which object a broken document declares: it is said, and the others are judged.
 */
export const coversNothing: GapScope = { kind: '' };

/**
 * Reads every object of one YAML or JSON file. Never throws: what cannot be read is a gap with file, line, and, where the document
 * still shows them, the kind and name that it leaves unjudged. The text of `last-applied-configuration` is taken off. `strings` are those
 * of other files that are read together with this one.
 */
export function parseManifests(text: string, file: string, strings?: SharedStrings): ParsedManifests {
  const spans = /^[\s\uFEFF]*\{/.test(text) ? scanJson(text) : undefined;
  const reading = new Reading(file, strings ?? new SharedStrings({ areCut: true }));
  if (spans === undefined || !reading.addJson(text, spans)) {
    for (const document of splitDocuments(text)) {
      if (document.badSeparator !== null) {
        reading.addProblem(
          `line ${document.offsetLine - 1}`,
          `“${document.badSeparator}” follows the document separator`,
          coversNothing,
        );
        continue;
      }
      reading.addYaml(document.text, document.line, document.offsetLine);
    }
  }
  return reading.result();
}

class Reading {
  readonly #file: string;
  readonly #strings: SharedStrings;
  readonly #resources: Resource[] = [];
  readonly #entities: Resource[] = [];
  readonly #gaps: Gap[] = [];
  #unlisted = 0;

  constructor(file: string, strings: SharedStrings) {
    this.#file = file;
    this.#strings = strings;
  }

  /** False, and nothing added, when the text is no JSON after all: `{a: b}` is YAML. */
  addJson(text: string, spans: readonly JsonSpan[]): boolean {
    const documents: { readonly span: JsonSpan; readonly value: JsonValue }[] = [];
    try {
      for (const span of spans) documents.push({ span, value: parseJson(text.slice(span.start, span.end)) });
    } catch {
      return false;
    }
    for (const { span, value } of documents) {
      const what = `line ${span.line}`;
      if (span.depth > maxDepth) this.addProblem(what, `it nests more than ${maxDepth} levels deep`, scopeOf(value));
      else if (span.duplicate !== null) {
        this.addProblem(
          `line ${span.duplicate.line}`,
          `the key “${span.duplicate.key}” is there twice`,
          scopeOf(value),
        );
        this.#addTold(value, span.line);
      } else this.#addDocument(value, span.line);
    }
    return true;
  }

  addYaml(text: string, line: number, offsetLine: number): void {
    try {
      const value = readYamlDocument(text);
      if (value !== null) this.#addDocument(value, line);
    } catch (error) {
      const problem = error instanceof YamlProblem ? error : new YamlProblem('it cannot be read', 0);
      const at = problem.line === 0 ? line : offsetLine + problem.line;
      this.addProblem(`line ${at}`, problem.message, scopeOfText(text, problem));
      if (isTwice(problem)) this.#addTold(readYamlDocument(text, true), line);
    }
  }

  addProblem(where: string, why: string, scope: GapScope): void {
    if (this.#gaps.length >= maxGapsPerFile) {
      this.#unlisted += 1;
      return;
    }
    this.#gaps.push({
      what: `${this.#file} ${where}`,
      why,
      remedy: 'Correct the document; the rest of the file was read',
      scope,
    });
  }

  result(): ParsedManifests {
    const found = { resources: this.#resources, entities: this.#entities };
    if (this.#unlisted === 0) return { ...found, gaps: this.#gaps };
    const more: Gap = {
      what: `${this.#file}, ${this.#unlisted} more documents`,
      why: 'they cannot be read either',
      remedy: 'Correct the file',
      scope: coversNothing,
    };
    return { ...found, gaps: [...this.#gaps, more] };
  }

  #addDocument(value: JsonValue, line: number): void {
    if (isJsonObject(value)) this.#strings.share(value);
    for (const found of identifyResources(value, { file: this.#file, line })) this.#addFound(found, line);
  }

  /** Whoever applies it takes the last of two keys or refuses: nothing to judge by, but whom it works with is not in doubt. */
  #addTold(value: JsonValue, line: number): void {
    for (const found of identifyResources(value, { file: this.#file, line })) {
      if (found.kind === 'resource')
        this.#entities.push({ ...found.resource, body: withholdLastApplied(found.resource.body) });
    }
  }

  #addFound(found: Identified, line: number): void {
    if (found.kind === 'resource' && isCatalogEntity(found.resource.id)) this.#entities.push(found.resource);
    else if (found.kind === 'resource') {
      this.#resources.push({ ...found.resource, body: withholdLastApplied(found.resource.body) });
    } else {
      this.addProblem(`line ${line}`, found.why, scopeOf(found.body));
    }
  }
}

/** What a readable but wrong document leaves unjudged: nothing unless it shows both kind and name. */
function scopeOf(value: JsonValue): GapScope {
  if (!isJsonObject(value)) return coversNothing;
  const kind = stringAt(value, 'kind');
  const name = stringAt(objectAt(value, 'metadata'), 'name');
  if (!kind || !name) return coversNothing;
  const apiVersion = stringAt(value, 'apiVersion');
  const namespace = stringAt(objectAt(value, 'metadata'), 'namespace');
  return {
    kind,
    name,
    ...(apiVersion === undefined ? {} : { group: groupOf(apiVersion) }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

const topLevelText = /^(apiVersion|kind):[ \t]+["']?([\w./-]+)["']?[ \t]*(?:#.*)?\r?$/gm;
const metadataBlock = /^metadata:[ \t]*(?:#.*)?\r?\n((?:[ \t]+.*(?:\n|$)|[ \t]*\r?\n)*)/m;
const metadataText = /^ {1,8}(name|namespace):[ \t]+["']?([\w.:-]+)["']?[ \t]*(?:#.*)?\r?$/gm;

/** Identity of a document that is no valid YAML, read off its lines; enough to say which object cannot be judged. */
function scopeOfText(text: string, problem: YamlProblem): GapScope {
  if (isTwice(problem)) {
    try {
      return scopeOf(readYamlDocument(text, true));
    } catch {
      // Broken in more than one way: its lines may still tell.
    }
  }
  const top = new Map<string, string>();
  for (const [, key = '', value = ''] of text.matchAll(topLevelText)) top.set(key, value);
  const metadata = new Map<string, string>();
  const block = metadataBlock.exec(text)?.[1] ?? '';
  for (const [, key = '', value = ''] of block.matchAll(metadataText)) if (!metadata.has(key)) metadata.set(key, value);
  const found: Record<string, string> = {};
  for (const [key, value] of metadata) found[key] = value;
  return scopeOf({ ...Object.fromEntries(top), metadata: found });
}

function isTwice(problem: YamlProblem): boolean {
  return /duplicate/.test(problem.message);
}
