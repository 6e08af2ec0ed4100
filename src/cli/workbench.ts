import type { AuditReport } from '../drift/drift-report.ts';

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

export interface WorkbenchOptions {
  /** Path of a `mooring.yaml`, or undefined for none. */
  readonly configFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Opened only by the command that needs it, so that a small command loads little. */
export interface CliServices {
  openWorkbench(options: WorkbenchOptions): Promise<Workbench>;
}
