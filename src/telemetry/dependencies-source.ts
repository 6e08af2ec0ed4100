import type { CallSource } from '../collectors/call-source.ts';
import { readDependencies } from './read-answers.ts';
import type { TelemetryClient } from './telemetry-client.ts';
import { TelemetryProblem } from './telemetry-problem.ts';

export interface DependenciesOptions {
  readonly name: string;
  readonly client: TelemetryClient;
  /** Where the server keeps them. */
  readonly path: '/api/dependencies' | '/api/v2/dependencies';
  /** Milliseconds. */
  readonly window: number;
  readonly clock: () => Date;
}

/** What Jaeger or Zipkin makes of traces: which service called which within the window. */
export function createDependenciesSource({ name, client, path, window, clock }: DependenciesOptions): CallSource {
  return {
    name,
    async read(signal) {
      try {
        const question = { endTs: String(clock().getTime()), lookback: String(window) };
        const answer = await client.ask(path, question, 'GET', signal);
        if (answer.kind === 'status')
          throw new TelemetryProblem('refused', `${client.host} refused (${answer.status})`);
        const read = readDependencies(answer.body, window / 1000);
        if ('unreadable' in read) throw new TelemetryProblem('bad-answer', `${client.host}: ${read.unreadable}`);
        return { kind: 'read', ...read, producers: { traces: read.calls.length } };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof TelemetryProblem)) throw error;
        return { kind: 'failed', problem: error.problem, why: error.message, retryAfterMs: error.retryAfterMs };
      }
    },
  };
}
