import type { Origin, Resource } from '../../resource/resource.ts';
import { parseManifests } from '../parse-manifests.ts';

/**
 * Tells which object of the sources a rendered one comes from: the only one of its kind whose name is the same, else the only one
 * whose name the rendered name contains (prefix, suffix, hash). Null when none or several could be meant.
 */
export class KustomizeOrigins {
  readonly #byKind = new Map<string, Resource[]>();

  /** `texts` are the files below the kustomizations, by path. */
  constructor(texts: ReadonlyMap<string, string>) {
    for (const [path, text] of texts) {
      if (!/\.(ya?ml|json)$/i.test(path)) continue;
      for (const resource of parseManifests(text, path).resources) {
        const key = kindKey(resource);
        this.#byKind.set(key, [...(this.#byKind.get(key) ?? []), resource]);
      }
    }
  }

  find(rendered: Resource): Origin | null {
    const candidates = this.#byKind.get(kindKey(rendered)) ?? [];
    const same = candidates.filter(({ id }) => id.name === rendered.id.name);
    const similar = same.length > 0 ? same : candidates.filter(({ id }) => rendered.id.name.includes(id.name));
    // A patch names its object too, but only the object itself is whole.
    const [most, next] = similar.sort((left, right) => size(right) - size(left));
    if (most === undefined) return null;
    return next !== undefined && size(next) === size(most) ? null : most.origin;
  }
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
