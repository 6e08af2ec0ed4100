import type { Memory, OpenOptions, RunningDaemon, RunOptions, Workbench } from '../app-ports.ts';

/** Opened only by the command that needs it, so that a small command loads little. */
export interface CliServices {
  openWorkbench(options: OpenOptions): Promise<Workbench>;
  openMemory(options: OpenOptions): Promise<Memory>;
  startDaemon(options: RunOptions): Promise<RunningDaemon>;
}

/** The world around one command: everything that would otherwise be ambient. */
export interface CliContext {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output: what the command was asked for, and nothing else. */
  write(text: string): void;
  /** Standard error: complaints and logs. */
  complain(text: string): void;
  /** Width of the terminal in columns; null when standard output is no terminal. */
  readonly columns: number | null;
  readonly colour: boolean;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly services: CliServices;
}
