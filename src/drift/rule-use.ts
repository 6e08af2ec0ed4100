import type { AuditReport } from './drift-report.ts';

/** A rule that is in force, or was: by its name (`nameOfRule`), and where somebody wrote it. */
export interface KnownRule {
  readonly rule: string;
  /** `mooring.yaml` or the engine object that holds it. */
  readonly origin: string;
  /** RFC 3339. */
  readonly expires: string | null;
}

/** What is remembered of a rule. Moments are RFC 3339. */
export interface RuleUse {
  readonly rule: string;
  readonly origin: string;
  readonly firstSeenAt: string;
  readonly matchedAt: string | null;
  /** Since when it has matched nothing while somebody looked; the time in which nobody did is taken out. */
  readonly quietSince: string;
  /** When its use was last looked at. */
  readonly seenAt: string;
}

/** `expired`: hides nothing any more. `idle`: has explained nothing for so long that it can go. `unused`: not yet, but for less long. */
export type RuleState = 'used' | 'unused' | 'idle' | 'expired';

export interface JudgedRule extends KnownRule {
  readonly state: RuleState;
  readonly matchedAt: string | null;
  /** Since when it has matched nothing, RFC 3339. */
  readonly quietSince: string;
}

const day = 24 * 3600 * 1000;
/** A rule that explains no difference for so many days is worth a word. */
export const idleAfterDays = 30;
/** A daemon looks at everything every few minutes; if nothing was seen for longer, nobody looked. */
const awayAfter = day;

/** The rules that explain a difference in these verdicts. */
export function matchedRules(resources: AuditReport['resources']): ReadonlySet<string> {
  return new Set(resources.flatMap(({ suppressions }) => suppressions.flatMap(({ rule }) => rule ?? [])));
}

/** What to remember of each rule after everything was looked at. `matched` holds what matched since the last look. */
export function renewUses(
  known: readonly KnownRule[],
  before: ReadonlyMap<string, RuleUse>,
  matched: ReadonlySet<string>,
  now: string,
): readonly RuleUse[] {
  return known.map(({ rule, origin }) => {
    const use = before.get(rule) ?? newUse(rule, origin, now);
    if (matched.has(rule)) return { ...use, origin, matchedAt: now, quietSince: now, seenAt: now };
    return { ...use, origin, quietSince: quietSince(use, now), seenAt: now };
  });
}

function newUse(rule: string, origin: string, now: string): RuleUse {
  return { rule, origin, firstSeenAt: now, matchedAt: null, quietSince: now, seenAt: now };
}

function quietSince(use: RuleUse, now: string): string {
  const away = Date.parse(now) - Date.parse(use.seenAt);
  return away > awayAfter ? new Date(Date.parse(use.quietSince) + away).toISOString() : use.quietSince;
}

/** How each rule fares. A rule that nobody has looked at yet is unused from now on. */
export function judgeRules(
  known: readonly KnownRule[],
  uses: ReadonlyMap<string, RuleUse>,
  now: string,
): readonly JudgedRule[] {
  return known.map((rule) => {
    const use = uses.get(rule.rule) ?? newUse(rule.rule, rule.origin, now);
    const { matchedAt } = use;
    return { ...rule, matchedAt, quietSince: use.quietSince, state: stateOf(rule, use, now) };
  });
}

function stateOf({ expires }: KnownRule, { matchedAt, quietSince: since }: RuleUse, now: string): RuleState {
  if (expires !== null && expires <= now) return 'expired';
  if (Date.parse(now) - Date.parse(since) >= idleAfterDays * day) return 'idle';
  return matchedAt === null ? 'unused' : 'used';
}
