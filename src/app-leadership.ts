import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { MayAct } from './app-fence.ts';
import type { Config } from './config/config-schema.ts';
import { AppError } from './errors/app-error.ts';
import type { Delivery, Outbox } from './incidents/delivery.ts';
import { HeldNews } from './incidents/held-news.ts';
import { errorFields, type Logger } from './log/logger.ts';
import type { LeadershipObserver, LeadershipState } from './loop/leadership.ts';

export interface LeadingWiring {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly outbox: Outbox;
  readonly logger: Logger;
  readonly clock: () => Date;
  /** 0 to 1. */
  readonly random: () => number;
}

/** What the rest of the daemon asks and tells about who leads. */
export interface Leading extends AsyncDisposable {
  /** Null where nobody else could lead. */
  state(): LeadershipState | null;
  readonly mayAct: MayAct;
  /** Whether news are for this replica to tell; cheaper and less exact than `mayAct`. */
  isOnDuty(): boolean;
  /** News were stored. */
  stored(deliveries: readonly Delivery[]): void;
  /** Begins to run for leader. `elected` is called each time it becomes the leader, `wake` when news may be sent. */
  start(told: { readonly elected: () => void; readonly wake: () => void }): void;
}

/** How much later than one replica another one comes to the same news: a round, and whatever it waits for. */
const slackMs = 60_000;

const alone: Leading = {
  state: () => null,
  mayAct: () => Promise.resolve(true),
  isOnDuty: () => true,
  stored: () => undefined,
  start: () => undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Opens a connection of its own for the lease: a list that takes long must not hold up a renewal. Throws AppError. */
export async function openLeading(wiring: LeadingWiring): Promise<Leading> {
  const { config, env } = wiring;
  const { enabled, leaseName, namespace } = config.leaderElection;
  if (!enabled) {
    // What was held while there were several is for this one to tell now.
    await wiring.outbox.release();
    return alone;
  }
  if (!config.live.source.startsWith('kube:')) throw noServer(config.live.source);
  const context = config.live.source.slice('kube:'.length);
  const [{ openConnection }, { createLeaseLock }, { LeaderElector }] = await Promise.all([
    import('./kubernetes/connection/kubernetes-connection.ts'),
    import('./kubernetes/lease/lease-lock.ts'),
    import('./kubernetes/lease/leader-elector.ts'),
  ]);
  const connection = await openConnection({ environment: env, ...(context === '' ? {} : { context }) });
  const told = { elected: (): void => undefined, wake: (): void => undefined };
  const news = await newsOf(wiring, () => told.wake());
  const elector = new LeaderElector({
    lock: createLeaseLock(connection, namespace ?? connection.namespace, leaseName),
    identity: `${hostname()}_${randomUUID()}`,
    ...timesOf(config),
    clock: wiring.clock,
    monotonic: () => performance.now(),
    random: wiring.random,
    observer: observerOf(wiring.logger, news, () => told.elected()),
  });
  return {
    state: () => elector.state(),
    mayAct: () => elector.confirm(),
    isOnDuty: () => elector.state().isLeader,
    stored: (deliveries) => news.stored(deliveries),
    start(callbacks) {
      Object.assign(told, callbacks);
      elector.start();
    },
    async [Symbol.asyncDispose]() {
      await elector[Symbol.asyncDispose]();
      await news.done;
      await connection.close();
    },
  };
}

function timesOf({ leaderElection }: Config): {
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
} {
  const { leaseDuration, renewDeadline, retryPeriod } = leaderElection;
  return { leaseDurationMs: leaseDuration, renewDeadlineMs: renewDeadline, retryPeriodMs: retryPeriod };
}

async function newsOf({ outbox, logger }: LeadingWiring, released: () => void): Promise<HeldNews> {
  return new HeldNews({
    outbox,
    leftovers: await outbox.held(),
    monotonic: () => performance.now(),
    slackMs,
    released,
    troubled: (error) => logger.error('held news could not be stored', errorFields(error, 'cannot use the outbox')),
  });
}

function observerOf(logger: Logger, news: HeldNews, elected: () => void): LeadershipObserver {
  return {
    elected() {
      logger.info('this replica leads now');
      news.takeOver();
      elected();
    },
    lost(reason) {
      logger.warn('this replica no longer leads', { reason });
      news.standDown();
    },
    otherLeads: () => news.otherLeads(),
  };
}

function noServer(live: string): AppError {
  return new AppError({
    code: 'config-invalid',
    what: 'cannot agree on a leader',
    why: `${live} is a folder, not an API server`,
    remedy: 'Give live.source kube:, or leave out leaderElection',
  });
}
