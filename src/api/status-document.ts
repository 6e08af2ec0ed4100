import { toErrorDocument } from '../errors/app-error.ts';
import type { DaemonStatus } from '../loop/daemon.ts';

/** The JSON form of a status; errors become their documents. */
export function toStatusDocument(status: DaemonStatus): Readonly<Record<string, unknown>> {
  const { trouble, sources, ...rest } = status;
  return {
    apiVersion: 'mooring.dev/v1',
    kind: 'Status',
    ...rest,
    ready: isReady(status),
    trouble: trouble === null ? null : toErrorDocument(trouble),
    sources: sources.map(({ error, ...source }) => ({
      ...source,
      error: error === null ? null : toErrorDocument(error),
    })),
  };
}

/** Ready: everything was judged once and the daemon is not on its way out. Kinds that cannot be read are named, and do not hide the rest. */
export function isReady({ phase, lastWholeRoundAt }: DaemonStatus): boolean {
  return phase === 'running' && lastWholeRoundAt !== null;
}
