import type { RepairPlan } from './repair-plan.ts';
import type { PullRequest } from './pull-requests.ts';

export interface Limits {
  readonly maxOpen: number;
  readonly maxPerHour: number;
  readonly maxPerDay: number;
}

export const defaultLimits: Limits = { maxOpen: 10, maxPerHour: 2, maxPerDay: 10 };

/** What people do not want proposals for. An absent member matches everything; `until` is RFC 3339, absent means for good. */
export interface Mute {
  readonly object?: string;
  readonly namespace?: string;
  readonly path?: string;
  readonly until?: string;
}

export type GuardDecision =
  | { readonly kind: 'allowed' }
  | {
      readonly kind: 'held';
      /** `closed-by-person` and `muted` last; the others pass by themselves. */
      readonly code:
        | 'refused'
        | 'closed-by-person'
        | 'muted'
        | 'too-many-open'
        | 'too-many-this-hour'
        | 'too-many-today';
      readonly why: string;
    };

export interface GuardInput {
  readonly plan: RepairPlan;
  /** Every proposal that the forge knows: counting there survives restarts. */
  readonly proposals: readonly PullRequest[];
  readonly limits: Limits;
  readonly mutes: readonly Mute[];
  /** Field paths that the plan is about. */
  readonly paths: readonly string[];
  readonly now: Date;
  /** A person asked for exactly this one: rates do not hold it, everything else does. */
  readonly asked: boolean;
}

/** Whether this proposal may be opened now. An open one may always be looked at again. */
export function guardProposal(input: GuardInput): GuardDecision {
  const { plan, proposals } = input;
  if (plan.refused !== null) return held('refused', plan.refused.why);
  const same = proposals.filter(({ branch }) => branch === plan.branch);
  if (same.some(({ state }) => state === 'open')) return { kind: 'allowed' };
  if (!input.asked && same.some(({ closedByPerson }) => closedByPerson)) {
    return held('closed-by-person', `${plan.branch} was closed without merging; the same change is not proposed again`);
  }
  const mute = input.mutes.find((candidate) => isMuted(candidate, input));
  if (mute !== undefined && !input.asked) {
    return held('muted', mute.until === undefined ? 'muted for good' : `muted until ${mute.until}`);
  }
  return input.asked ? { kind: 'allowed' } : withinRates(input);
}

function withinRates({ proposals, limits, now }: GuardInput): GuardDecision {
  const open = proposals.filter(({ state }) => state === 'open').length;
  if (open >= limits.maxOpen) return held('too-many-open', `${open} proposals are open, ${limits.maxOpen} may be`);
  const today = openedWithin(proposals, now, 24);
  if (today >= limits.maxPerDay)
    return held('too-many-today', `${today} proposals in 24 hours, ${limits.maxPerDay} may be`);
  const recent = openedWithin(proposals, now, 1);
  if (recent >= limits.maxPerHour)
    return held('too-many-this-hour', `${recent} proposals in an hour, ${limits.maxPerHour} may be`);
  return { kind: 'allowed' };
}

/** A proposal dated in the future (a clock that jumped) counts as just opened. */
function openedWithin(proposals: readonly PullRequest[], now: Date, hours: number): number {
  const since = now.getTime() - hours * 3_600_000;
  return proposals.filter(({ openedAt }) => !(Date.parse(openedAt) <= since)).length;
}

function isMuted(mute: Mute, { plan, paths, now }: GuardInput): boolean {
  const namespace = plan.object.split('/')[2];
  return (
    (mute.object === undefined || mute.object === plan.object) &&
    (mute.namespace === undefined || mute.namespace === namespace) &&
    (mute.path === undefined || (paths.length > 0 && paths.every((path) => path === mute.path))) &&
    (mute.until === undefined || Date.parse(mute.until) > now.getTime())
  );
}

function held(code: Extract<GuardDecision, { kind: 'held' }>['code'], why: string): GuardDecision {
  return { kind: 'held', code, why };
}
