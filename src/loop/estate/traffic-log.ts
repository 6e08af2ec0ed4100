import type { Movement } from '../../graph/observed/co-movement.ts';
import type { SeenCall } from '../../graph/observed/traffic-memory.ts';

/** What sources of traffic told, beyond a restart. Implemented by `history/`. Keys are those of `TrafficMemory`. */
export interface TrafficLog {
  /** Calls in the order in which they were last seen, and what failed along. */
  load(source: string): Promise<{
    readonly calls: ReadonlyMap<string, SeenCall>;
    readonly movements: ReadonlyMap<string, Movement>;
  }>;
  keepCalls(source: string, changed: ReadonlyMap<string, SeenCall>, forgotten: readonly string[]): Promise<void>;
  keepMovements(source: string, changed: ReadonlyMap<string, Movement>): Promise<void>;
  /** Forgets everything of sources that are not among these, and what failed along before `since` only. */
  retain(sources: readonly string[], since: Date): Promise<void>;
}
