import { AppError } from '../../errors/app-error.ts';
import type { Resource } from '../../resource/resource.ts';
import type { CatalogFact, Claim, Evidence, EvidenceKind, Finding, Guard, TopicUse } from '../graph-shapes.ts';
import type { View } from '../landscape/view.ts';
import { plainText } from '../plain-text.ts';

/** How evidence is read; the same for a whole graph. */
export interface EvidenceOptions {
  /** Host names in the values of Secrets count too. Off unless the configuration switches reading them on. */
  readonly readSecrets: boolean;
  /** The line (from 1) that declares a path of a resource, when the source can tell; the document's first line is used otherwise. */
  readonly lineOf?: (resource: Resource, path: string) => number | null;
}

/** A resource that may say something about dependencies, with its key in the landscape. */
export interface Source {
  readonly key: string;
  readonly resource: Resource;
  readonly namespace: string;
}

/**
 * A document many workloads share. When it lists where everybody lives, it tells nothing about who calls whom; `build-graph.ts` decides
 * that once all readers are known.
 */
export interface SharedClaim extends Claim {
  readonly book?: string;
}

export interface Found {
  readonly claims: SharedClaim[];
  readonly findings: Finding[];
  readonly topics?: TopicUse[];
  readonly facts?: CatalogFact[];
  readonly guards?: Guard[];
}

/** One kind of evidence: what a resource says, given the rest. Pure; every look at another resource goes through `view`. */
export type EvidenceReader = (source: Source, view: View, options: EvidenceOptions) => Found;

export const nothing: Found = { claims: [], findings: [] };

/** Where something is said: a path of a resource. */
export interface EvidencePlace {
  readonly resource: Resource;
  readonly path?: string | null;
  readonly options: EvidenceOptions;
  readonly sees?: Evidence['sees'] | undefined;
}

/** Evidence that points at where a resource is declared. */
export function evidenceOf(kind: EvidenceKind, what: string, place: EvidencePlace): Evidence {
  return new DeclaredEvidence(kind, what, place);
}

/**
 * A graph keeps tens of thousands of these, so each is as small as it can be, and its line is looked up when somebody reads it:
 * finding the line of a path means reading the document again with positions, which costs more than building the graph.
 */
class DeclaredEvidence implements Evidence {
  readonly kind: EvidenceKind;
  readonly what: string;
  readonly sees: Evidence['sees'];
  readonly #resource: Resource;
  readonly #path: string | null;
  readonly #options: EvidenceOptions;

  constructor(kind: EvidenceKind, what: string, { resource, path, options, sees }: EvidencePlace) {
    this.kind = kind;
    this.what = plainText(what);
    this.sees = sees;
    this.#resource = resource;
    this.#path = path ?? null;
    this.#options = options;
  }

  get file(): string | null {
    return this.#resource.origin?.file ?? null;
  }

  get line(): number | null {
    const finer = this.#path === null ? null : (this.#options.lineOf?.(this.#resource, this.#path) ?? null);
    return finer ?? this.#resource.origin?.line ?? null;
  }
}

/** The same as a plain object, to be written out. */
export function plainEvidence({ kind, what, file, line, sees }: Evidence): Evidence {
  return { kind, what, file, line, ...(sees === undefined ? {} : { sees }) };
}

/** What leads nowhere, at the place of its evidence. */
export function findingAt(evidence: Evidence, from: string, why: string): Finding {
  return new DeclaredFinding(evidence, from, why);
}

class DeclaredFinding implements Finding {
  readonly from: string;
  readonly why: string;
  readonly #evidence: Evidence;

  constructor(evidence: Evidence, from: string, why: string) {
    this.from = from;
    this.why = plainText(why);
    this.#evidence = evidence;
  }

  get what(): string {
    return this.#evidence.what;
  }

  get file(): string | null {
    return this.#evidence.file;
  }

  get line(): number | null {
    return this.#evidence.line;
  }
}

/** The node of a source that must have one. */
export function ownNode(source: Source, view: View): string {
  const node = view.landscape.places.get(source.key);
  if (node === undefined) {
    throw new AppError({
      code: 'internal',
      what: `cannot place ${source.key} in the graph`,
      why: 'it has no node',
      remedy: 'Report this with the manifests',
    });
  }
  view.asked.add(`place ${source.key}`);
  return node;
}
