import { access } from 'node:fs/promises';
import type { Memory, OpenOptions } from './app-ports.ts';
import { loadConfig } from './config/load-config.ts';
import { AppError } from './errors/app-error.ts';
import { mostScored, scoredSince, scoreOf } from './predictions/score-predictions.ts';
import { openStore } from './history/store.ts';

/** Opens the state file that the configuration names, for reading. Throws AppError when there is none, or it is newer. */
export async function openMemory(options: OpenOptions): Promise<Memory> {
  const { config } = await loadConfig({
    file: options.configFile ?? null,
    env: options.env,
    flags: options.flags ?? {},
  });
  const { path } = config.history;
  await refuseAbsent(path);
  const clock = (): Date => new Date();
  const store = openStore({ path, readOnly: true, clock });
  return {
    episode: (id) => store.episodes.find(id),
    episodes: ({ state, limit }) => store.episodes.list({ limit, ...(state === undefined ? {} : { state }) }),
    async predictions(limit) {
      const items = await store.predictions.list(scoredSince(clock()), mostScored);
      return { score: scoreOf(items), items: items.slice(0, limit) };
    },
    deliveries: ({ state, limit }) => store.outbox.list(state, limit),
    async replay(id) {
      await using writing = openStore({ path, clock });
      return await writing.outbox.replay(id, clock().toISOString());
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** Opening would make an empty file, and an empty answer would be taken for "nothing drifted". */
async function refuseAbsent(path: string): Promise<void> {
  try {
    await access(path);
  } catch (cause) {
    throw new AppError({
      code: 'source-not-found',
      what: `cannot read the state file ${path}`,
      why: 'it does not exist; no daemon has run with it yet',
      remedy: 'Name the file with --history, or the configuration of the daemon with --config',
      cause,
    });
  }
}
