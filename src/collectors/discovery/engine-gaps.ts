import type { Gap } from '../../resource/snapshot.ts';
import type { EngineReport, EngineState } from './discovered-source.ts';
import { discoveryGap } from './discovery-gap.ts';

type Noteworthy = Exclude<EngineState, 'running' | 'manual'>;

const remedies: Readonly<Record<Noteworthy, string>> = {
  paused: 'Resume it when the reason is gone',
  down: 'Start the controller again',
  stale: 'Look at the log of its controller',
  failing: 'Look at its status',
  waiting: 'Look at what it depends on',
};

const maxNames = 3;

/** What a reader should know of engines without asking: one that works as it should is no news, and a controller that is down is told once. */
export function engineGaps(engines: readonly EngineReport[]): readonly Gap[] {
  const gaps: Gap[] = [];
  const byCause = new Map<string, EngineReport[]>();
  for (const engine of engines) {
    const { state, cause, name, why } = engine;
    if (state === 'running' || state === 'manual') continue;
    if (state === 'down' && cause !== null) byCause.set(cause, [...(byCause.get(cause) ?? []), engine]);
    else gaps.push(discoveryGap(name, `${state}: ${why}`, remedies[state]));
  }
  for (const [cause, concerned] of byCause) gaps.push(downGap(cause, concerned));
  return gaps;
}

function downGap(cause: string, concerned: readonly EngineReport[]): Gap {
  const [only] = concerned;
  if (only !== undefined && concerned.length === 1) return discoveryGap(only.name, `down: ${only.why}`, remedies.down);
  const names = concerned.slice(0, maxNames).map(({ name }) => name);
  const more = concerned.length - names.length;
  const what = more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`;
  return discoveryGap(what, `down: ${cause}, so what their status says is frozen; nothing heals drift`, remedies.down);
}
