import type { RoundLog } from './history/sql-rounds.ts';
import type { EpisodeReporter } from './incidents/report-episodes.ts';
import type { Logger } from './log/logger.ts';
import type { RoundObserver } from './loop/round.ts';
import type { MetricsRegistry } from './metrics/metrics-registry.ts';
import { roundMetrics } from './metrics/round-metrics.ts';
import { formatResourceId } from './resource/resource-id.ts';

/** Counts each round. */
export function metricsObserver(metrics: MetricsRegistry): RoundObserver {
  return { finished: (round) => metrics.take(roundMetrics(round)) };
}

/** Remembers each round that looked at everything or changed something. */
export function historyObserver(rounds: RoundLog): RoundObserver {
  return {
    async finished(round) {
      const opened = round.decisions.filter(({ kind }) => kind === 'open').length;
      const resolved = round.decisions.filter(({ kind }) => kind === 'resolve').length;
      if (!round.whole && opened + resolved === 0) return;
      await rounds.add({
        trigger: round.trigger,
        startedAt: round.startedAt.toISOString(),
        finishedAt: round.finishedAt.toISOString(),
        revision: round.report.desired.revision,
        summary: round.report.summary,
        judged: round.report.resources.length,
        opened,
        resolved,
      });
    },
  };
}

/** Says what was proposed, and with `debug` that a round has passed. */
export function logObserver(logger: Logger): RoundObserver {
  return {
    finished(round) {
      for (const { kind, resource, reason, branch } of round.proposals) {
        if (kind === 'opened' || kind === 'updated') logger.info('a repair was proposed', { resource, branch, reason });
        else if (kind === 'closed') logger.info('a proposal was closed', { resource, branch, reason });
        else if (kind === 'failed') logger.error('a repair could not be proposed', { resource, reason });
        else logger.debug('no new proposal', { resource, branch, reason, verdict: kind });
      }
      const milliseconds = round.finishedAt.getTime() - round.startedAt.getTime();
      const { drifted, resources } = round.report.summary;
      logger.debug('a round has passed', { reason: round.trigger, count: resources, drifted, milliseconds });
    },
  };
}

/** Logs what a round decided as soon as it is stored: proposing comes after it and may take long. */
export function withLog(report: EpisodeReporter, logger: Logger): EpisodeReporter {
  return async (round, revision) => {
    const decisions = await report(round, revision);
    for (const { kind, episode, reason } of decisions) {
      if (kind === 'nothing') continue;
      const resource = formatResourceId(episode.resource);
      const fields = { resource, path: episode.path, episode: episode.id, severity: episode.severity, reason };
      if (kind === 'open') logger.info('drift began', fields);
      else if (kind === 'resolve') logger.info('drift ended', fields);
      else logger.info('drift changed', fields);
    }
    return decisions;
  };
}
