import type { AuditReport } from './drift/drift-report.ts';
import type { Episode } from './incidents/episode.ts';

/** What a command line says about the two sides. What is absent comes from the configuration file, when there is one. */
export interface SourceRequest {
  /** A directory, or `REPO[#REVISION][:PATH]`. */
  readonly desired: string | undefined;
  /** A directory of dumps, or `kube:[CONTEXT]`. */
  readonly live: string | undefined;
  /** Where desired objects without a namespace belong; undefined means `default`. */
  readonly namespace: string | undefined;
}

export const graphFormats = ['json', 'dot', 'mermaid', 'graphml'] as const;
export type GraphFormat = (typeof graphFormats)[number];

/** Everything that a command can ask without a running daemon. Every method throws AppError when a source as a whole cannot be read. */
export interface Workbench extends AsyncDisposable {
  audit(sources: SourceRequest, signal: AbortSignal): Promise<AuditReport>;
  exportGraph(sources: SourceRequest, format: GraphFormat, signal: AbortSignal): Promise<string>;
}

export interface EpisodeFilter {
  readonly state: 'open' | 'resolved' | undefined;
  readonly limit: number;
}

/** What has been remembered. Opened from the state file alone, beside a running daemon or without one. */
export interface Memory extends AsyncDisposable {
  /** Newest first. */
  episodes(filter: EpisodeFilter): Promise<readonly Episode[]>;
}

export interface OpenOptions {
  /** Path of a `mooring.yaml`, or undefined for none. */
  readonly configFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags that win over the file, by long name without dashes. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
}
