import type { AuditReport } from '../drift/drift-report.ts';
import type { BlastRadius } from '../graph/blast-radius.ts';
import type { GraphFocus } from '../graph/focus-graph.ts';
import type { GraphDomains } from '../graph/graph-domains.ts';
import type { GraphDocument } from '../graph/graph-shapes.ts';
import type { DeliveryRecord, DeliveryState } from '../incidents/delivery.ts';
import type { Episode } from '../incidents/episode.ts';
import type { DaemonStatus } from '../loop/daemon.ts';

export interface EpisodeFilter {
  readonly state?: 'open' | 'resolved';
  /** `group/kind/namespace/name`. */
  readonly resource?: string;
  readonly limit: number;
}

/** What the API asks of the application. All may throw AppError; null: not known yet, or no such thing. */
export interface ApiQueries {
  status(): DaemonStatus;
  report(): AuditReport | null;
  episodes(filter: EpisodeFilter): Promise<readonly Episode[]>;
  episode(id: string): Promise<Episode | null>;
  deliveries(state: DeliveryState | null, limit: number): Promise<readonly DeliveryRecord[]>;
  /** Throws AppError when the focus is no node. */
  graph(focus: GraphFocus | null): GraphDocument | null;
  domains(): GraphDomains | null;
  /** `of`: a node id or KIND/NAME. */
  blastRadius(of: string): BlastRadius | null;
  /** Of what drifted in an episode. */
  episodeRadius(id: string): Promise<BlastRadius | null>;
}
