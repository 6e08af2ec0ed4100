import type { Resource } from '../../resource/resource.ts';
import type { Gap, UnstablePath } from '../../resource/snapshot.ts';
import type { FileTree, TreeEntry, TreeState } from '../file-tree.ts';

/** A folder of a tree, with everything that lies below it, to be rendered by the tool its files ask for. */
export interface RenderInput {
  readonly tree: FileTree;
  readonly state: TreeState;
  readonly folder: string;
  readonly entries: readonly TreeEntry[];
  /** Not the source as it is but an earlier state or a try: rendered once, and whether twice gives the same is not asked. */
  readonly trial?: boolean;
}

export interface Rendering {
  readonly resources: readonly Resource[];
  readonly gaps: readonly Gap[];
  /** Where two renderings of the same input disagreed. */
  readonly unstable: readonly UnstablePath[];
  /** The folders that it was made from. */
  readonly inputs: readonly string[];
  /** The texts that `Origin` of its resources points into, by path. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The same input gives the very same object, without starting anything. Throws AppError `render-failed`, `render-refused` or `tool-missing`. */
export interface ManifestRenderer {
  render(input: RenderInput, signal: AbortSignal): Promise<Rendering>;
  /** Whether what was rendered last would be rendered the same way again; absent: always. */
  isCurrent?(signal: AbortSignal): Promise<boolean>;
}
