import type { AuditReport } from '../drift/drift-report.ts';
import type { BlastRadius } from '../graph/blast-radius.ts';
import type { UpstreamImpact } from '../graph/change/upstream.ts';
import type { GraphFocus } from '../graph/focus-graph.ts';
import type { GraphDomains } from '../graph/graph-domains.ts';
import type { GraphDocument } from '../graph/graph-shapes.ts';
import type { DeliveryRecord, DeliveryState } from '../incidents/delivery.ts';
import type { Episode } from '../incidents/episode.ts';
import type { DaemonStatus } from '../loop/daemon.ts';
import type { Happening, PredictionRecord } from '../predictions/prediction.ts';
import type { PredictionScore } from '../predictions/score-predictions.ts';

/** The document of `/api/v1/predictions`. */
export interface PredictionReport {
  readonly score: PredictionScore;
  readonly items: readonly PredictionRecord[];
}

/** One drift that may have hit the node that was asked about. */
export interface UpstreamChange {
  readonly episode: string;
  /** `group/kind/namespace/name`. */
  readonly resource: string;
  readonly path: string;
  readonly change: string;
  readonly severity: string;
  readonly state: 'open' | 'resolved';
  readonly actor: Episode['actor'];
  readonly onset: Episode['onset'];
  readonly effect: UpstreamImpact['effect'];
  /** Of the effect, from 0 to 1. */
  readonly probability: number;
  /** From whom the drift reaches at first hand to the node. */
  readonly through: readonly string[];
  readonly why: string;
}

/** The likeliest first. Times are RFC 3339. */
export interface UpstreamChanges {
  readonly of: string;
  readonly alert: Happening | null;
  /** Drift that ended before this is not looked at. */
  readonly since: string;
  readonly changes: readonly UpstreamChange[];
  /** What was not looked at, in sentences. */
  readonly notSeen: readonly string[];
}

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
  blastRadius(of: string): Promise<BlastRadius | null>;
  /** What was predicted and how it turned out, newest first. */
  predictions(limit: number): Promise<PredictionReport>;
  /** What changed upstream of a node or KIND/NAME, or of what an alert (by its fingerprint) is about. */
  upstream(question: { readonly of?: string; readonly alert?: string }): Promise<UpstreamChanges | null>;
  /** Of what drifted in an episode. */
  episodeRadius(id: string): Promise<BlastRadius | null>;
}
