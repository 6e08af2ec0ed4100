import type { Actor, Severity } from '../drift/drift-report.ts';
import type { Judgement } from '../severity/judgement.ts';
import { levelOf, pointsOf, worstSeverity } from '../severity/severity-scale.ts';
import type { Episode, Onset } from './episode.ts';

/** The part of an episode that the present round says, without its history. */
export type CurrentDrift = Pick<
  Episode,
  | 'resource'
  | 'apiVersion'
  | 'path'
  | 'change'
  | 'severity'
  | 'score'
  | 'reasons'
  | 'desired'
  | 'live'
  | 'actor'
  | 'origin'
>;

/** One drift per exact path, or one for a whole object that is missing or extra. */
export function driftsOf(judgement: Judgement): CurrentDrift[] {
  const { id: resource, report, reasons } = judgement;
  const whole = { resource, apiVersion: report.apiVersion, reasons };
  if (report.drift === 'missing' || report.drift === 'extra') {
    const { score, level: severity } = judgement;
    const actor = report.actor ?? null;
    const origin = report.origin ?? null;
    return [{ ...whole, path: '', change: report.drift, severity, score, desired: null, live: null, actor, origin }];
  }
  return report.differences.map(({ path, change, severity, desired, live, actor, origin }) => {
    const score = shareOf(judgement, severity);
    return { ...whole, path, change, severity: levelOf(score), score, desired, live, actor, origin };
  });
}

/** The score of a resource is that of its worst path; a milder path gets its share of the same surroundings. */
function shareOf({ score, report }: Judgement, severity: Severity): number {
  const worst = worstSeverity(report) ?? severity;
  return Math.round((score * pointsOf(severity)) / pointsOf(worst));
}

/** When it began, by what the ownership entries say: exactly, or within bounds that end now at the latest. */
export function onsetOf(actor: Actor | null, now: string): Onset {
  if (actor?.at) return { notBefore: actor.at, notAfter: actor.at };
  return { notBefore: actor?.notBefore ?? null, notAfter: actor?.notAfter ?? now };
}
