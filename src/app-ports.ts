import type { PredictionReport } from './api/api-queries.ts';
import type { AuditReport, ResourceReport } from './drift/drift-report.ts';
import type { GraphFocus } from './graph/focus-graph.ts';
import type { GraphDomains } from './graph/graph-domains.ts';
import type { BlastRadius } from './graph/blast-radius.ts';
import type { ChangeRadius } from './graph/change/change-radius.ts';
import type { DeliveryRecord, DeliveryState } from './incidents/delivery.ts';
import type { Episode } from './incidents/episode.ts';
import type { Repair, RepairPlan } from './rollback/repair-plan.ts';

/** What a command line says about the two sides. What is absent comes from the configuration file, when there is one. */
export interface SourceRequest {
  /** A directory, or `REPO[#REVISION][:PATH]`. */
  readonly desired: string | undefined;
  /** A directory of dumps, or `kube:[CONTEXT]`. */
  readonly live: string | undefined;
  /** Where desired objects without a namespace belong; undefined means `default`. */
  readonly namespace: string | undefined;
  /** Whether the API server is asked in a dry run where admission may explain a difference. */
  readonly serverDryRun?: boolean;
  /** Whether registries are asked what images say. */
  readonly images?: boolean;
  /** Where observed traffic is read: URLs of servers, or files with saved answers. */
  readonly observed?: readonly string[];
}

/** The blast radius of a proposed change. `gaps` say what of the two revisions could not be read. */
export interface DiffRadius extends ChangeRadius {
  /** Commits; null where there is none. */
  readonly diff: { readonly base: string | null; readonly head: string | null };
  readonly gaps: readonly string[];
}

export type GraphFormat = 'json' | 'dot' | 'mermaid' | 'graphml';

export interface RepairQuestion {
  /** Picks the resource that is meant among all that were judged; throws AppError when none or several are. */
  choose(reports: readonly ResourceReport[]): ResourceReport;
  readonly repair: Repair | undefined;
}

/** What became of a proposal that somebody asked for. */
export interface ProposalAnswer {
  readonly apiVersion: 'mooring.dev/v1';
  readonly kind: 'Proposal';
  readonly outcome: 'opened' | 'updated' | 'already-open' | 'merged';
  readonly branch: string;
  readonly title: string;
  /** How a person looks at it: a URL, or a command. */
  readonly link: string;
  readonly plan: RepairPlan;
}

/** How much of the graph is printed, and how. */
export interface GraphForm {
  readonly format: GraphFormat;
  /** Null: all of it. */
  readonly focus: GraphFocus | null;
}

/** Everything that a command can ask without a running daemon. Every method throws AppError when a source as a whole cannot be read. */
export interface Workbench extends AsyncDisposable {
  audit(sources: SourceRequest, signal: AbortSignal): Promise<AuditReport>;
  exportGraph(sources: SourceRequest, form: GraphForm, signal: AbortSignal): Promise<string>;
  domains(sources: SourceRequest, signal: AbortSignal): Promise<GraphDomains>;
  /** `target` is KIND/NAME, or the id of a node. */
  blastRadius(sources: SourceRequest, target: string, signal: AbortSignal): Promise<BlastRadius>;
  /** `range` is `BASE..HEAD`, or `BASE...HEAD`, of the repository that `sources.desired` names. */
  diffRadius(sources: SourceRequest, range: string, signal: AbortSignal): Promise<DiffRadius>;
  plan(sources: SourceRequest, question: RepairQuestion, signal: AbortSignal): Promise<RepairPlan>;
  /** Throws AppError `proposal-refused` or `proposal-failed` when there is no proposal afterwards. */
  propose(sources: SourceRequest, question: RepairQuestion, signal: AbortSignal): Promise<ProposalAnswer>;
}

export interface EpisodeFilter {
  readonly state: 'open' | 'resolved' | undefined;
  readonly limit: number;
}

export interface DeliveryFilter {
  /** Null for all. */
  readonly state: DeliveryState | null;
  readonly limit: number;
}

/** What has been remembered. Opened from the state file alone, beside a running daemon or without one. */
export interface Memory extends AsyncDisposable {
  /** Newest first. */
  episodes(filter: EpisodeFilter): Promise<readonly Episode[]>;
  /** By its id or an unambiguous beginning of it. */
  episode(id: string): Promise<Episode | null>;
  /** Newest first, with the score of the last thirty days. Those that are due are judged by the daemon. */
  predictions(limit: number): Promise<PredictionReport>;
  /** Newest first. */
  deliveries(filter: DeliveryFilter): Promise<readonly DeliveryRecord[]>;
  /** Lets a delivery that was given up be tried again under its id; false when there is none such. */
  replay(id: string): Promise<boolean>;
}

export interface OpenOptions {
  /** Path of a `mooring.yaml`, or undefined for none. */
  readonly configFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags that win over the file, by long name without dashes. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
}

export interface RunOptions extends OpenOptions {
  readonly version: string;
  /** Takes the lines of the log. */
  write(line: string): void;
}

/** A daemon under way. */
export interface RunningDaemon {
  readonly address: string;
  /** Drains what is under way; within 10 s whatever happens. */
  stop(): Promise<void>;
}
