import type { CallProblem } from '../collectors/call-source.ts';

/** Why a source of traffic could not be read; the message holds nothing secret. */
export class TelemetryProblem extends Error {
  readonly problem: CallProblem;
  readonly retryAfterMs: number | null;

  constructor(problem: CallProblem, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.name = 'TelemetryProblem';
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}
