import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { KnownRule } from '../../src/drift/rule-use.ts';
import { type IgnoreRule, nameOfRule } from '../../src/drift/subtract/user-rules.ts';
import { openStore } from '../../src/history/store.ts';
import { createLogger, type Logger, silentLogger } from '../../src/log/logger.ts';
import { RuleKeeper } from '../../src/loop/rule-keeper.ts';
import type { Round } from '../../src/loop/round.ts';
import { auditOf, reportOf } from '../fakes/reports.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const day = 24 * 3600 * 1000;
const start = Date.UTC(2026, 8, 1);

const rule: IgnoreRule = { path: 'spec.replicas', reason: 'sale', owner: 'crew', expires: null };
const known = (...rules: readonly IgnoreRule[]): readonly KnownRule[] =>
  rules.map((each) => ({ rule: nameOfRule(each), origin: 'the configuration', expires: each.expires }));

function roundAt(at: number, matched: readonly IgnoreRule[], whole = true): Round {
  const suppressions = matched.map((each) => ({
    path: 'spec.replicas',
    class: 'rule' as const,
    reason: each.reason,
    desired: 1,
    live: 2,
    confidence: 'high' as const,
    rule: nameOfRule(each),
  }));
  const moment = new Date(at);
  return {
    trigger: 'schedule',
    whole,
    noticedAt: moment,
    startedAt: moment,
    judgedAt: moment,
    finishedAt: moment,
    report: auditOf([reportOf('web', [], { suppressions })]),
    judgements: [],
    decisions: [],
    proposals: [],
    problems: [],
  };
}

interface Life {
  readonly rules?: readonly IgnoreRule[];
  readonly from: number;
  readonly days: number;
  readonly matchedOn?: readonly number[];
  readonly logger?: Logger;
}

/** One run of a daemon over a state file: a whole look a day. */
async function live(path: string, { rules = [rule], from, days, matchedOn = [], logger = silentLogger }: Life) {
  let now = start;
  const clock = (): Date => new Date(now);
  await using store = openStore({ path, clock });
  const keeper = new RuleKeeper({ log: store.rules, known: () => known(...rules), clock, logger });
  for (let at = from; at < from + days; at += 1) {
    now = start + at * day;
    await keeper.finished(roundAt(now, matchedOn.includes(at) ? rules : []));
  }
  return { status: keeper.status, gaps: keeper.gaps, stored: await store.rules.all() };
}

describe('what a daemon remembers of rules', () => {
  test('outlives it: a rule that last matched in an earlier life is reported after thirty days of looking', async () => {
    const path = join(temporaryFolder(), 'state.sqlite');
    const first = await live(path, { from: 0, days: 20, matchedOn: [3] });
    expect(first).toMatchObject({ status: { known: 1, canGo: [] }, gaps: [] });
    const second = await live(path, { from: 20, days: 13 });
    expect(second.gaps).toEqual([]);
    const third = await live(path, { from: 33, days: 1 });
    expect(third.gaps).toMatchObject([
      {
        what: 'rule spec.replicas of * * (sale, rule of crew) of the configuration',
        why: 'it has matched nothing since 2026-09-04T00:00:00.000Z (last at 2026-09-04T00:00:00.000Z)',
      },
    ]);
    expect(third.status.canGo).toMatchObject([{ state: 'idle', origin: 'the configuration' }]);
  });

  test('starts anew for a rule whose content changed', async () => {
    const path = join(temporaryFolder(), 'state.sqlite');
    await live(path, { from: 0, days: 29 });
    const changed = await live(path, { from: 29, days: 5, rules: [{ ...rule, reason: 'another sale' }] });
    expect(changed.gaps).toEqual([]);
    expect(changed.stored).toHaveLength(2);
  });

  test('is logged once', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', write: (line) => void lines.push(line) });
    await live(join(temporaryFolder(), 'state.sqlite'), { from: 0, days: 40, logger });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'a rule can go', rule: nameOfRule(rule), origin: 'the configuration' },
    ]);
  });

  test('counts what a partial look sees, and tells nothing before everything was looked at', async () => {
    const clock = (): Date => new Date(start + 40 * day);
    await using store = openStore({ path: ':memory:', clock });
    const keeper = new RuleKeeper({ log: store.rules, known: () => known(rule), clock, logger: silentLogger });
    await keeper.finished(roundAt(start, [rule], false));
    expect(keeper.status).toEqual({ known: 0, canGo: [] });
    await keeper.finished(roundAt(start, []));
    expect(await store.rules.all()).toMatchObject([{ matchedAt: clock().toISOString() }]);
  });

  test('says of an expired rule that it hides nothing any more', async () => {
    const expired = { ...rule, expires: '2026-09-02T00:00:00Z' };
    const { gaps } = await live(join(temporaryFolder(), 'state.sqlite'), { from: 0, days: 5, rules: [expired] });
    expect(gaps).toMatchObject([{ why: 'it expired at 2026-09-02T00:00:00Z and hides nothing any more' }]);
  });

  test('forgets rules that nobody has had for three months', async () => {
    const path = join(temporaryFolder(), 'state.sqlite');
    await live(path, { from: 0, days: 1, rules: [{ ...rule, owner: 'gone' }] });
    const { stored } = await live(path, { from: 100, days: 1 });
    expect(stored.map(({ rule: name }) => name)).toEqual([nameOfRule(rule)]);
  });

  test('begins in a state file of the version before, which keeps what it held', async () => {
    const path = join(temporaryFolder(), 'state.sqlite');
    const clock = (): Date => new Date(start);
    await openStore({ path, clock }).close();
    const database = new DatabaseSync(path);
    database.exec(`DROP TABLE rules; DROP TABLE predictions; DROP TABLE happenings; DROP TABLE traffic; DROP TABLE movements; INSERT INTO rounds (trigger, started_at, finished_at, document) VALUES ('start', 1, 1, '{}');
      PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE)`);
    database.close();
    const { stored } = await live(path, { from: 0, days: 1 });
    expect(stored).toHaveLength(1);
    const after = new DatabaseSync(path);
    expect(after.prepare('SELECT count(*) AS n FROM rounds').get()?.['n']).toBe(1);
    after.close();
  });
});
