import type { Resource } from '../resource/resource.ts';
import type { DesiredSnapshot } from '../resource/snapshot.ts';

/** Desired state of one source. Reading the same revision twice costs nothing the second time. */
export interface ManifestSource {
  readonly name: string;
  /** Throws AppError when the source as a whole cannot be read; a broken document is a gap in the answer. */
  read(signal: AbortSignal): Promise<DesiredSnapshot>;
  /** Versions of one resource at earlier revisions, newest first, without duplicates; empty for a plain directory. */
  earlier(resource: Resource, limit: number, signal: AbortSignal): Promise<readonly EarlierVersion[]>;
  /** The line (from 1) that declares `path` (a text path of CONTRACTS 1) of a resource, or null when it cannot be told. */
  lineOf(resource: Resource, path: string): number | null;
  /** Calls back when the source may have changed, until aborted. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

export interface EarlierVersion {
  readonly revision: string;
  readonly committedAt: string;
  readonly resource: Resource;
}
