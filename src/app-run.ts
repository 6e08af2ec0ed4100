import { createApp } from './app.ts';
import type { RunningDaemon, RunOptions } from './app-ports.ts';
import { configError } from './config/config-problem.ts';
import { examineConfig } from './config/load-config.ts';
import { createLogger } from './log/logger.ts';

/** Loads the configuration, builds the daemon, and starts it. Throws AppError when it cannot start. */
export async function startDaemon(options: RunOptions): Promise<RunningDaemon> {
  const { configFile, env, version } = options;
  const file = configFile ?? null;
  const { loaded, problems, warnings } = await examineConfig({
    file,
    env,
    flags: options.flags ?? {},
    now: new Date(),
  });
  if (loaded === null) throw configError(file, problems);
  const logger = createLogger({ level: loaded.config.log.level, write: (line) => options.write(line) });
  for (const { path, reason, remedy } of warnings) logger.warn('a rule is without effect', { path, reason, remedy });
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
