import type { Edit } from '../edit/primitive-edit.ts';
import type { Resource } from '../../resource/resource.ts';

export type RenderResult =
  | { readonly kind: 'rendered'; readonly resources: readonly Resource[] }
  /** The tool refused the input; no reason to give up, another place may do. */
  | { readonly kind: 'failed'; readonly why: string };

/** A source whose objects come out of Kustomize or Helm, at one commit. Paths are relative to the repository's root. */
export interface RenderedSource {
  readonly kind: 'kustomize' | 'helm';
  /** The overlay or chart that is rendered; empty for the root. */
  readonly folder: string;
  /** Files of values besides the chart's own, later ones win; empty for Kustomize. */
  readonly valueFiles: readonly string[];
  /** Every text that the rendering reads. */
  readonly texts: ReadonlyMap<string, string>;
  /** What would come out with other (or more) texts. The real tool; throws only when it cannot be run at all. */
  render(changed: ReadonlyMap<string, string>, signal: AbortSignal): Promise<RenderResult>;
}

/** Files that would change, by path, with their whole new text. */
export type Candidate = ReadonlyMap<string, string>;

/** What a generator of candidates looks at. `edit` is one wanted change of `target`, the object as it is rendered now. */
export interface PlacementQuestion {
  readonly source: RenderedSource;
  /** The source's texts with what has been placed already. */
  readonly texts: ReadonlyMap<string, string>;
  readonly target: Resource;
  readonly edit: Edit;
}
