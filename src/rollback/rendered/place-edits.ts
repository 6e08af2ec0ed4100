import { formatPath } from '../../resource/field-path.ts';
import type { JsonValue } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { applyToTree } from '../edit/apply-to-tree.ts';
import { type Edit, primitiveEdits } from '../edit/primitive-edit.ts';
import { sameTree } from '../edit/same-tree.ts';
import { findPath } from '../edit/tree-path.ts';
import type { FileChange, RepairRefusal } from '../repair-plan.ts';
import { chartCandidates } from './chart-candidates.ts';
import { overlayCandidates } from './overlay-candidates.ts';
import type { Candidate, RenderedSource } from './rendered-source.ts';

export type Placement =
  | { readonly kind: 'placed'; readonly files: readonly FileChange[] }
  | { readonly kind: 'refused'; readonly refused: RepairRefusal };

const maxRenderings = 40;

/**
 * Finds where each wanted change of a rendered object belongs, by trying: a candidate is accepted only if the real tool then renders
 * exactly the wanted change and nothing else. How a candidate is found may be a guess; that it is right is proved.
 */
export async function placeEdits(
  source: RenderedSource,
  target: Resource,
  edits: readonly Edit[],
  signal: AbortSignal,
): Promise<Placement> {
  const search = new PlacementSearch(source, target, edits);
  const failure = await search.start(signal);
  if (failure !== undefined) return refuse('render-failed', failure, 'Repair the source first');
  for (const edit of edits) {
    const place = await search.place(edit, signal);
    if (place === 'exhausted')
      return refuse('place-not-found', `${maxRenderings} places were tried`, 'Edit the overlay or the values by hand');
    if (place === 'not-found') {
      return refuse(
        'place-not-found',
        `no place in ${nameOf(source)} makes ${formatPath(edit.path)} alone what is wanted`,
        'Edit the overlay or the values by hand',
      );
    }
  }
  return { kind: 'placed', files: search.files() };
}

class PlacementSearch {
  readonly #source: RenderedSource;
  readonly #wanted: Resource;
  readonly #edits: readonly Edit[];
  readonly #changed = new Map<string, string>();
  #before: readonly Resource[] = [];
  #original: JsonValue = null;
  #current: Resource;
  #renderings = 0;

  constructor(source: RenderedSource, wanted: Resource, edits: readonly Edit[]) {
    this.#source = source;
    this.#wanted = wanted;
    this.#edits = edits;
    this.#current = wanted;
  }

  /** Renders once as it is; the answer is why that is no ground to stand on. */
  async start(signal: AbortSignal): Promise<string | undefined> {
    const result = await this.#source.render(new Map(), signal);
    if (result.kind === 'failed') return result.why;
    const target = result.resources.find((candidate) => isSame(candidate, this.#wanted));
    if (target === undefined) return 'the object is not rendered any more';
    this.#before = result.resources;
    this.#original = target.body;
    this.#current = target;
    return undefined;
  }

  async place(edit: Edit, signal: AbortSignal): Promise<'placed' | 'not-found' | 'exhausted'> {
    if (isSatisfied(this.#current.body, edit)) return 'placed';
    const texts = new Map([...this.#source.texts, ...this.#changed]);
    const question = { source: this.#source, texts, target: this.#current, edit };
    const candidates = this.#source.kind === 'kustomize' ? overlayCandidates(question) : chartCandidates(question);
    for (const candidate of candidates) {
      if (this.#renderings >= maxRenderings) return 'exhausted';
      this.#renderings += 1;
      const result = await this.#source.render(new Map([...this.#changed, ...candidate]), signal);
      const target = result.kind === 'rendered' ? this.#accepted(result.resources, edit) : undefined;
      if (target === undefined) continue;
      this.#keep(candidate, target);
      return 'placed';
    }
    return 'not-found';
  }

  files(): readonly FileChange[] {
    return [...this.#changed]
      .map(([file, after]) => ({ file, before: this.#source.texts.get(file) ?? null, after }))
      .sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  #keep(candidate: Candidate, target: Resource): void {
    for (const [file, text] of candidate) this.#changed.set(file, text);
    this.#current = target;
  }

  /** The object as rendered now, if nothing but wanted changes happened and this one is among them. */
  #accepted(after: readonly Resource[], edit: Edit): Resource | undefined {
    const target = after.find((candidate) => isSame(candidate, this.#wanted));
    if (target === undefined || !this.#othersUnchanged(after)) return undefined;
    const satisfied = this.#edits.filter((each) => isSatisfied(target.body, each));
    const lost = this.#edits.some((each) => isSatisfied(this.#current.body, each) && !satisfied.includes(each));
    if (lost || !satisfied.includes(edit)) return undefined;
    const expected = satisfied.reduce(applied, this.#original);
    return sameTree(target.body, expected) ? target : undefined;
  }

  #othersUnchanged(after: readonly Resource[]): boolean {
    const others = after.filter((candidate) => !isSame(candidate, this.#wanted));
    const before = this.#before.filter((candidate) => !isSame(candidate, this.#wanted));
    return (
      others.length === before.length &&
      before.every((own) => others.some((candidate) => isSame(candidate, own) && sameTree(candidate.body, own.body)))
    );
  }
}

/** The tree after an edit; unchanged where the edit does not apply. */
export function applied(tree: JsonValue, edit: Edit): JsonValue {
  return isSatisfied(tree, edit) ? tree : primitiveEdits(tree, edit).reduce(applyToTree, tree);
}

function isSatisfied(tree: JsonValue, edit: Edit): boolean {
  const found = findPath(tree, edit.path);
  if (edit.op === 'remove') return found.rest.length > 0;
  return found.rest.length === 0 && primitiveEdits(tree, edit).length === 0;
}

function isSame(a: Resource, b: Resource): boolean {
  const sameNamespace = a.id.namespace === b.id.namespace || a.id.namespace === '' || b.id.namespace === '';
  return a.id.group === b.id.group && a.id.kind === b.id.kind && a.id.name === b.id.name && sameNamespace;
}

function nameOf(source: RenderedSource): string {
  return source.folder === '' ? 'the source' : source.folder;
}

function refuse(code: string, why: string, remedy: string): Placement {
  return { kind: 'refused', refused: { code, why, remedy } };
}
