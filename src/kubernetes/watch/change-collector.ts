import { formatResourceId, type ResourceId } from '../../resource/resource-id.ts';

/** Gathers keys and hands them on together, each once, never within the call that added them. */
export interface ChangeCollector {
  add(ids: readonly ResourceId[]): void;
  stop(): void;
}

/** `failed` hears of an exception of the consumer; it never reaches whoever adds. */
export function createChangeCollector(
  consumer: (ids: readonly ResourceId[]) => void,
  failed: (error: unknown) => void,
): ChangeCollector {
  let gathered = new Map<string, ResourceId>();
  let isStopped = false;
  const hand = (): void => {
    const ids = [...gathered.values()];
    gathered = new Map();
    if (isStopped) return;
    try {
      consumer(ids);
    } catch (error) {
      failed(error);
    }
  };
  return {
    add(ids) {
      if (isStopped || ids.length === 0) return;
      if (gathered.size === 0) setImmediate(hand);
      for (const id of ids) gathered.set(formatResourceId(id), id);
    },
    stop() {
      isStopped = true;
    },
  };
}
