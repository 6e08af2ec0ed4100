import { appendFileSync } from 'node:fs';
import { type App, createApp } from '../src/app.ts';
import { version } from '../src/cli/version.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { createLogger } from '../src/log/logger.ts';
import type { Round } from '../src/loop/round.ts';
import type { DemoPlace } from './demo-place.ts';

/** A daemon whose rounds can be waited for. */
export interface Demo extends AsyncDisposable {
  readonly app: App;
  /** The next finished round that has not been taken. */
  nextRound(): Promise<Round>;
  /** From now on every round is told, instead of waiting to be taken. */
  onRound(tell: (round: Round) => void): void;
}

export async function openDemo(place: DemoPlace, env: Readonly<Record<string, string | undefined>>): Promise<Demo> {
  const waiting: Round[] = [];
  let tell: (round: Round) => void = (round) => waiting.push(round);
  let ring = (): void => {};
  const finished = (round: Round): void => {
    tell(round);
    ring();
  };
  const loaded = await loadConfig({ file: place.config, env: {}, flags: {} });
  const logger = createLogger({ level: 'debug', write: (line) => appendFileSync(place.log, line) });
  const app = await createApp({ loaded, env, logger, version, observers: [{ finished }] });
  app.start();
  return {
    app,
    async nextRound() {
      for (let round = waiting.shift(); ; round = waiting.shift()) {
        if (round !== undefined) return round;
        await new Promise<void>((resolve) => {
          ring = resolve;
        });
      }
    },
    onRound(listener) {
      for (const round of waiting.splice(0)) listener(round);
      tell = listener;
    },
    [Symbol.asyncDispose]: () => app.stop(),
  };
}
