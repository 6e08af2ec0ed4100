import { arrayAt, stringAt } from '../../resource/json.ts';
import type { Origin, Resource } from '../../resource/resource.ts';
import { readYamlDocument } from '../kubernetes-yaml.ts';
import { locateLines } from '../line-locator.ts';
import { parseManifests } from '../parse-manifests.ts';
import { splitDocuments } from '../split-documents.ts';

/**
 * Tells which object of the sources a rendered one comes from: the only one of its kind whose name is the same, else the only one
 * whose name the rendered name contains (prefix, suffix, hash). Null when none or several could be meant.
 */
export class KustomizeOrigins {
  readonly #byKind = new Map<string, Resource[]>();
  readonly #generators: readonly Generator[];

  /** `texts` are the files below the kustomizations, by path. */
  constructor(texts: ReadonlyMap<string, string>) {
    for (const [path, text] of texts) {
      if (!/\.(ya?ml|json)$/i.test(path)) continue;
      for (const resource of parseManifests(text, path).resources) {
        const key = kindKey(resource);
        this.#byKind.set(key, [...(this.#byKind.get(key) ?? []), resource]);
      }
    }
    this.#generators = [...texts].flatMap(([path, text]) => generatorsOf(path, text));
  }

  find(rendered: Resource): Origin | null {
    const candidates = this.#byKind.get(kindKey(rendered)) ?? [];
    const same = candidates.filter(({ id }) => id.name === rendered.id.name);
    const similar = same.length > 0 ? same : candidates.filter(({ id }) => rendered.id.name.includes(id.name));
    // A patch names its object too, but only the object itself is whole.
    const [most, next] = similar.sort((left, right) => size(right) - size(left));
    if (most === undefined) return this.#generatorOf(rendered);
    return next !== undefined && size(next) === size(most) ? null : most.origin;
  }

  /** Kustomize appends a hash to what it generates; overlays may put more around the name. */
  #generatorOf({ id }: Resource): Origin | null {
    const found = this.#generators.filter(({ kind, name }) => kind === id.kind && id.name.includes(name));
    const [longest, next] = found.sort((left, right) => right.name.length - left.name.length);
    return longest === undefined || next?.name === longest.name ? null : longest.origin;
  }
}

interface Generator {
  readonly kind: string;
  readonly name: string;
  readonly origin: Origin;
}

const kustomizationFile = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;
const generatorFields = [
  ['configMapGenerator', 'ConfigMap'],
  ['secretGenerator', 'Secret'],
] as const;

/** The generators of a kustomization, each with the line it stands on. */
function generatorsOf(path: string, text: string): readonly Generator[] {
  if (!kustomizationFile.test(path)) return [];
  const document = splitDocuments(text)[0];
  if (document === undefined) return [];
  const lines = locateLines(document);
  const body = readYamlDocument(document.text, true);
  const noId = { group: '', kind: '', namespace: '', name: '' };
  return generatorFields.flatMap(([field, kind]) =>
    arrayAt(body, field).flatMap((entry, index) => {
      const name = stringAt(entry, 'name');
      const line = lines.lineOf(noId, `${field}[${index}]`);
      return name === undefined || line === null ? [] : [{ kind, name, origin: { file: path, line } }];
    }),
  );
}

function kindKey({ id }: Resource): string {
  return `${id.group}/${id.kind}`;
}

/** How much an object declares, roughly. */
function size(resource: Resource): number {
  return Object.values(resource.body).reduce<number>((sum, value) => sum + leaves(value), 0);
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + leaves(member), 0);
}

const sourceComment = /^# Source: [^/\n]+\/(.+)$/m;

/** The template that made each document of `helm template`, from the comment Helm puts before it: by the line its content starts on. */
export function helmSources(output: string): (line: number) => string | undefined {
  const marks: { readonly line: number; readonly path: string }[] = [];
  for (const [index, text] of output.split('\n').entries()) {
    const path = text.startsWith('# Source: ') ? sourceComment.exec(text)?.[1] : undefined;
    if (path !== undefined) marks.push({ line: index + 1, path: path.trim() });
  }
  return (line) => marks.findLast((mark) => mark.line <= line)?.path;
}

/** The document of a template that makes this kind of object, when only one of it does; else the template as a whole. */
export function originInTemplate({ id }: Resource, file: string, template: string): Origin {
  const makesKind = (line: string): boolean => line.trim() === `kind: ${id.kind}`;
  const documents = splitDocuments(template).filter(({ text }) => text.split('\n').some(makesKind));
  const only = documents.length === 1 ? documents[0] : undefined;
  if (only === undefined) return { file, line: 1 };
  const first = only.text.split('\n').findIndex((line) => /^(apiVersion|kind):/.test(line));
  return { file, line: only.offsetLine + Math.max(first, 0) };
}
