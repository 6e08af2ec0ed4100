import type { SeenCall } from '../../graph/observed/traffic-memory.ts';

/** What sources of traffic told, beyond a restart. Implemented by `history/`. Keys are those of `TrafficMemory.calls`. */
export interface TrafficLog {
  /** In the order in which they were last seen. */
  load(source: string): Promise<ReadonlyMap<string, SeenCall>>;
  keep(source: string, changed: ReadonlyMap<string, SeenCall>, forgotten: readonly string[]): Promise<void>;
}
