import { createApp } from './app.ts';
import type { RunningDaemon, RunOptions } from './app-ports.ts';
import { loadConfig } from './config/load-config.ts';
import { createLogger } from './log/logger.ts';

/** Loads the configuration, builds the daemon, and starts it. Throws AppError when it cannot start. */
export async function startDaemon(options: RunOptions): Promise<RunningDaemon> {
  const { configFile, env, version } = options;
  const loaded = await loadConfig({ file: configFile ?? null, env, flags: options.flags ?? {} });
  const logger = createLogger({ level: loaded.config.log.level, write: (line) => options.write(line) });
  const app = await createApp({ loaded, env, logger, version });
  app.start();
  return {
    address: app.address,
    async stop() {
      logger.info('stopping');
      await app.stop();
      logger.info('stopped');
    },
  };
}
