import type { CallState } from '../loop/estate/call-state.ts';
import { clear, type Sample, set } from './sample.ts';

/** How sources of traffic fare, as gauges. Pure. */
export function callMetrics(states: readonly CallState[]): Sample[] {
  const readAtName = 'mooring_traffic_last_read_timestamp_seconds';
  return [
    clear(readAtName),
    ...states.flatMap(({ source, isUp, readAt, fresh, aged, unresolved }) => [
      set('mooring_traffic_source_up', isUp === true ? 1 : 0, { source }),
      ...(readAt === null ? [] : [set(readAtName, Date.parse(readAt) / 1000, { source })]),
      set('mooring_traffic_edges', fresh, { source, state: 'fresh' }),
      set('mooring_traffic_edges', aged, { source, state: 'aged' }),
      set('mooring_traffic_unresolved_calls', unresolved, { source }),
    ]),
  ];
}
