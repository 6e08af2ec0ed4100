import { describe, expect, test } from 'vitest';
import { judgeRules, type KnownRule, renewUses, type RuleUse } from '../../src/drift/rule-use.ts';

const rule: KnownRule = { rule: 'spec.replicas of *', origin: 'the configuration', expires: null };
const none: ReadonlySet<string> = new Set();
const matched: ReadonlySet<string> = new Set([rule.rule]);

/** Whole looks at these days of November; `true` where the rule matched. */
function after(looks: readonly (readonly [number, boolean])[]): readonly [string, RuleUse | undefined] {
  let uses: ReadonlyMap<string, RuleUse> = new Map();
  let now = '';
  for (const [day, isMatch] of looks) {
    now = new Date(Date.UTC(2026, 10, day)).toISOString();
    uses = new Map(renewUses([rule], uses, isMatch ? matched : none, now).map((use) => [use.rule, use]));
  }
  return [judgeRules([rule], uses, now)[0]?.state ?? '', uses.get(rule.rule)];
}

const daily = (from: number, to: number): readonly (readonly [number, boolean])[] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, false] as const);

describe('a rule', () => {
  test('that never matched is unused for thirty days, then idle', () => {
    expect(after(daily(1, 30))[0]).toBe('unused');
    expect(after(daily(1, 31))[0]).toBe('idle');
  });

  test('that matched is used, and idle thirty days later', () => {
    expect(after([[1, true], ...daily(2, 30)])[0]).toBe('used');
    expect(after([[1, true], ...daily(2, 31)])[0]).toBe('idle');
    expect(after([...daily(1, 31), [32, true]])[0]).toBe('used');
  });

  test('is not idle for the days in which nobody looked', () => {
    const [state, use] = after([
      [1, true],
      [2, false],
      [60, false],
    ]);
    expect(state).toBe('used');
    expect(use).toMatchObject({ matchedAt: '2026-11-01T00:00:00.000Z', quietSince: '2026-12-29T00:00:00.000Z' });
  });

  test('that has expired is called so whether it matched or not', () => {
    const expired = { ...rule, expires: '2026-11-01T00:00:00Z' };
    const uses = new Map(renewUses([expired], new Map(), matched, '2026-11-02T00:00:00.000Z').map((u) => [u.rule, u]));
    expect(judgeRules([expired], uses, '2026-11-02T00:00:00.000Z')[0]?.state).toBe('expired');
  });
});
