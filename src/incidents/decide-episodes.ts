import type { ResourceReport } from '../drift/drift-report.ts';
import { formatResourceId } from '../resource/resource-id.ts';
import { gapCovers } from '../resource/snapshot.ts';
import type { Gap } from '../resource/snapshot.ts';
import { idOfReport } from '../severity/judge-drift.ts';
import type { Judgement } from '../severity/judgement.ts';
import { isWorse } from '../severity/severity-scale.ts';
import { driftsOf, onsetOf } from './current-drifts.ts';
import type { CurrentDrift } from './current-drifts.ts';
import type { Episode } from './episode.ts';
import { episodeFingerprint, episodeId } from './episode-fingerprint.ts';
import type { Hash } from './episode-fingerprint.ts';

/** `update.announce` says whether people are told: a worse severity or another live value is news, a clearer author is not. */
export type EpisodeDecision =
  | { readonly kind: 'open'; readonly episode: Episode; readonly reason: string }
  | { readonly kind: 'update'; readonly episode: Episode; readonly reason: string; readonly announce: boolean }
  | { readonly kind: 'resolve'; readonly episode: Episode; readonly reason: string }
  | { readonly kind: 'nothing'; readonly episode: Episode; readonly reason: string };

export interface JudgedRound {
  /** Reports of the resources that were looked at, whatever their verdict. */
  readonly reports: readonly ResourceReport[];
  readonly judgements: readonly Judgement[];
  readonly gaps: readonly Gap[];
  /** Every resource that was looked at, by text id; null for all there are. One without a report is no longer declared or there. */
  readonly looked: ReadonlySet<string> | null;
}

export interface EpisodeMemory {
  readonly open: readonly Episode[];
  readonly recurrences: ReadonlyMap<string, number>;
}

export interface DecisionContext {
  readonly hash: Hash;
  /** RFC 3339. */
  readonly now: string;
}

/** What the round changes in the episodes. Pure; the same round decided twice, with the first decisions remembered, changes nothing. */
export function decideEpisodes(round: JudgedRound, memory: EpisodeMemory, context: DecisionContext): EpisodeDecision[] {
  const openByFingerprint = new Map(memory.open.map((episode) => [episode.fingerprint, episode]));
  const decisions: EpisodeDecision[] = [];
  const current = new Set<string>();
  for (const judgement of round.judgements) {
    for (const drift of driftsOf(judgement)) {
      const fingerprint = episodeFingerprint(context.hash, drift);
      current.add(fingerprint);
      const open = openByFingerprint.get(fingerprint);
      const recurrence = (memory.recurrences.get(fingerprint) ?? 0) + 1;
      decisions.push(
        open === undefined
          ? openEpisode(drift, { fingerprint, recurrence, now: context.now })
          : compareWithOpen(open, drift, context.now),
      );
    }
  }
  const reports = new Map(round.reports.map((report) => [formatResourceId(idOfReport(report)), report]));
  for (const episode of memory.open) {
    if (current.has(episode.fingerprint)) continue;
    const key = formatResourceId(episode.resource);
    if (round.looked !== null && !round.looked.has(key)) continue;
    decisions.push(decideAbsent(episode, reports.get(key), round.gaps, context.now));
  }
  return decisions;
}

interface NewEpisode {
  readonly fingerprint: string;
  readonly recurrence: number;
  readonly now: string;
}

function openEpisode(drift: CurrentDrift, { fingerprint, recurrence, now }: NewEpisode): EpisodeDecision {
  const episode: Episode = {
    ...drift,
    id: episodeId(fingerprint, recurrence),
    fingerprint,
    recurrence,
    state: 'open',
    worst: drift.severity,
    onset: onsetOf(drift.actor, now),
    openedAt: now,
    updatedAt: now,
    resolvedAt: null,
    resolution: null,
    changes: 0,
  };
  const reason =
    recurrence === 1 ? 'drift that nothing explains' : `the same drift for the ${ordinal(recurrence)} time`;
  return { kind: 'open', episode, reason };
}

function compareWithOpen(open: Episode, drift: CurrentDrift, now: string): EpisodeDecision {
  const worse = isWorse(drift.severity, open.severity);
  const otherLive = !sameValue(drift.live, open.live);
  const silent = [
    [drift.severity !== open.severity, 'the severity fell'],
    [!sameValue(drift.desired, open.desired), 'Git declares another value'],
    [drift.actor?.manager !== open.actor?.manager || drift.actor?.class !== open.actor?.class, 'the author is clearer'],
    [drift.score !== open.score, 'its surroundings weigh differently'],
  ] as const;
  const reasons = [
    ...(worse ? [`the severity rose from ${open.severity} to ${drift.severity}`] : []),
    ...(otherLive ? ['the live value changed again'] : []),
  ];
  const announce = reasons.length > 0;
  const reason = announce ? reasons.join('; ') : silent.find(([holds]) => holds)?.[1];
  if (reason === undefined) return { kind: 'nothing', episode: open, reason: 'known and unchanged' };
  const worst = isWorse(drift.severity, open.worst) ? drift.severity : open.worst;
  const episode = { ...open, ...drift, worst, updatedAt: now, changes: open.changes + (otherLive ? 1 : 0) };
  return { kind: 'update', episode, reason, announce };
}

/** The drift of an open episode was not found. Only a resource that was really compared can end it. */
function decideAbsent(
  episode: Episode,
  report: ResourceReport | undefined,
  gaps: readonly Gap[],
  now: string,
): EpisodeDecision {
  const doubt = report === undefined ? gapOver(episode, gaps) : doubtIn(report, episode.path);
  if (doubt !== undefined) return { kind: 'nothing', episode, reason: `cannot be judged: ${doubt}` };
  const reason = resolutionOf(episode, report);
  const resolved: Episode = { ...episode, state: 'resolved', updatedAt: now, resolvedAt: now, resolution: reason };
  return { kind: 'resolve', episode: resolved, reason };
}

function gapOver(episode: Episode, gaps: readonly Gap[]): string | undefined {
  const gap = gaps.find((one) => gapCovers(one, episode.resource));
  return gap === undefined ? undefined : `${gap.what}: ${gap.why}`;
}

function doubtIn(report: ResourceReport, path: string): string | undefined {
  const doubts = [...report.undetermined, ...report.invalid];
  if (report.verdict === 'undetermined' && report.undetermined.every((one) => one.path === '')) {
    return report.undetermined[0]?.reason ?? 'the resource is undetermined';
  }
  return doubts.find((one) => one.path === '' || one.path === path || isBelow(path, one.path))?.reason;
}

function isBelow(path: string, parent: string): boolean {
  return path.startsWith(parent) && ['.', '['].includes(path.charAt(parent.length));
}

function resolutionOf(episode: Episode, report: ResourceReport | undefined): string {
  if (report === undefined) {
    return episode.change === 'extra' ? 'the object is gone' : 'no longer declared, and nothing of it is live';
  }
  if (report.drift === 'missing') return 'the whole object is missing now';
  if (report.pending.some(({ path }) => path === episode.path))
    return 'live equals an earlier Git revision and waits to be applied';
  if (report.suppressions.some(({ path }) => path === episode.path)) return 'explained now, see its suppressions';
  return 'live and Git agree again';
}

function sameValue(left: unknown, right: unknown): boolean {
  return left === right || canonical(left) === canonical(right);
}

/** Masked or not, values are compared by text: a stored one comes back with its keys in the order in which it was written. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member)) ?? 'null'
  );
}

function ordinal(count: number): string {
  return ['first', 'second', 'third'][count - 1] ?? `${count}th`;
}
