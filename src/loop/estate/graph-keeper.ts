import type { Resource } from '../../resource/resource.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { GraphLookup } from '../../severity/judgement.ts';

/** A graph that follows both sides. Declared resources carry the evidence with file and line; live ones add what Git does not know. */
export interface GraphKeeper extends GraphLookup {
  rebuild(desired: readonly Resource[], live: readonly Resource[]): void;
  updateLive(changed: readonly Resource[], deleted: readonly ResourceId[]): void;
}
