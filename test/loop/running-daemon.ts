import { onTestFinished } from 'vitest';
import { openStore } from '../../src/history/store.ts';
import type { Store } from '../../src/history/store.ts';
import { createEpisodeReporter } from '../../src/incidents/report-episodes.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { Daemon } from '../../src/loop/daemon.ts';
import type { DaemonOptions } from '../../src/loop/daemon.ts';
import type { Round } from '../../src/loop/round.ts';
import { severityRules } from '../../src/severity/severity-rules.ts';
import { hash } from '../fakes/reports.ts';

const clock = (): Date => new Date();

/** A daemon of a test, with its store and every round so far. */
export interface Running {
  readonly daemon: Daemon;
  readonly store: Store;
  readonly rounds: readonly Round[];
  /** The next round, or the first one that fits. */
  round(fits?: (round: Round) => boolean): Promise<Round>;
}

/** Starts a daemon that ends with the test. */
export function run(
  sides: Pick<DaemonOptions, 'live' | 'sources' | 'renewSources' | 'watchSources' | 'concernsSources'>,
  rest: Partial<DaemonOptions['act']> & { store?: Store } = {},
): Running {
  const store = rest.store ?? openStore({ path: ':memory:', clock });
  const rounds: Round[] = [];
  let waiting: { fits: (round: Round) => boolean; resolve: (round: Round) => void } | null = null;
  const { episodes: log } = store;
  const tell = createEpisodeReporter({ log, targets: [], hash, clock, eventSource: '/m', stored: () => {} });
  const observer = {
    finished: (round: Round) => {
      rounds.push(round);
      if (waiting?.fits(round)) waiting.resolve(round);
    },
  };
  const daemon = new Daemon({
    ...sides,
    rules: [],
    clock,
    random: () => 0,
    logger: silentLogger,
    fullPattern: '0 0 1 1 *',
    settleMs: 5,
    act: { rules: severityRules, tell, propose: () => Promise.resolve([]), observers: [observer], ...rest },
  });
  onTestFinished(async () => {
    await daemon.stop();
    await store.close();
  });
  daemon.start();
  return {
    daemon,
    store,
    rounds,
    round: (fits = () => true) =>
      new Promise((resolve) => {
        waiting = { fits, resolve };
      }),
  };
}
