import type { Round } from '../loop/round.ts';
import { add, observe } from './sample.ts';
import type { Sample } from './sample.ts';

/** What a finished round adds to counters and histograms. The state that it left behind is in `state-metrics.ts`. Pure. */
export function roundMetrics(round: Round): Sample[] {
  const { trigger, whole, report, decisions, proposals, problems, noticedAt, startedAt, judgedAt, finishedAt } = round;
  const samples: Sample[] = [
    add('mooring_rounds_total', 1, { trigger }),
    add('mooring_judged_resources_total', report.resources.length),
    observe('mooring_round_duration_seconds', seconds(startedAt, finishedAt), { whole: whole ? 'yes' : 'no' }),
  ];
  if (trigger === 'live') samples.push(observe('mooring_change_to_verdict_seconds', seconds(noticedAt, judgedAt)));
  for (const { kind, episode } of decisions) {
    const { severity, recurrence } = episode;
    if (kind === 'resolve') samples.push(add('mooring_episodes_resolved_total', 1));
    if (kind !== 'open') continue;
    samples.push(add('mooring_episodes_opened_total', 1, { severity, recurred: recurrence > 1 ? 'yes' : 'no' }));
  }
  for (const { kind } of proposals) samples.push(add('mooring_proposals_total', 1, { outcome: kind }));
  for (const { stage } of problems) samples.push(add('mooring_round_problems_total', 1, { stage }));
  return samples;
}

function seconds(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime()) / 1000;
}
