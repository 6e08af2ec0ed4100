import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { createLogger } from '../src/log/logger.ts';
import type { Round } from '../src/loop/round.ts';

/** What the daemon of bench/watch.ts tells the bench after each round; `marks` are `namespace/name=value` of the edited key. */
export interface RoundSeen {
  readonly whole: boolean;
  readonly resources: number;
  readonly drifted: number;
  readonly judgements: number;
  /** The longest the event loop was kept busy since the round before, in milliseconds. */
  readonly stallMs: number;
  readonly marks: readonly string[];
}

/** The daemon as the image runs it, in a process of its own: `node daemon.mjs FOLDER`, with mooring.yaml in the folder. */
const dir = process.argv[2] ?? '.';
const app = await createApp({
  loaded: await loadConfig({ file: `${dir}/mooring.yaml`, env: {}, flags: {} }),
  env: process.env,
  logger: createLogger({ level: 'error', write: (line) => process.stderr.write(line) }),
  version: '0.0.0',
  observers: [{ finished: (round) => void process.send?.(seen(round)) }],
});
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
app.start();
process.once('disconnect', () => void app.stop());
process.once('SIGTERM', () => void app.stop().then(() => process.exit()));

function seen(round: Round): RoundSeen {
  const { resources, summary } = round.report;
  const stallMs = delay.max / 1e6;
  delay.reset();
  return {
    whole: round.whole,
    resources: summary.resources,
    drifted: summary.drifted,
    judgements: app.daemon.judgements,
    stallMs,
    marks: round.whole
      ? []
      : resources.flatMap(({ namespace, name, differences }) =>
          differences
            .filter(({ path }) => path === 'data.EDITED')
            .map(({ live }) => `${namespace}/${name}=${typeof live === 'string' ? live : ''}`),
        ),
  };
}
