import { type EdgeLayer, layerOf } from '../../addresses/address.ts';
import type { NodeRole } from '../../graph-shapes.ts';

/** Telemetry, dashboards and admin pages are a layer of their own, in both directions; a role beats a protocol. */
export function layerBetween(from: NodeRole, to: NodeRole, protocol: string | null, telemetry: boolean): EdgeLayer {
  if (telemetry || from === 'monitoring' || to === 'monitoring') return 'operations';
  if (to === 'store') return 'data';
  return to === 'broker' ? 'message' : layerOf(protocol);
}
