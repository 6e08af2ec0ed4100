import type { MayAct } from './app-fence.ts';
import type { HookConfig } from './config/config-schema.ts';
import type { Secret } from './config/secret.ts';
import { AppError } from './errors/app-error.ts';
import { type Deliveries, type DeliveryObserver, startDeliveries } from './incidents/deliver.ts';
import type { Outbox } from './incidents/delivery.ts';
import { createWebhook } from './incidents/hooks/webhook.ts';
import { errorFields, type Logger } from './log/logger.ts';
import type { MetricsRegistry } from './metrics/metrics-registry.ts';
import { add } from './metrics/sample.ts';

export interface HookWiring {
  readonly hooks: readonly HookConfig[];
  /** Signing secrets by hook name. */
  readonly secrets: ReadonlyMap<string, readonly Secret[]>;
  readonly outbox: Outbox;
  readonly metrics: MetricsRegistry;
  readonly logger: Logger;
  readonly clock: () => Date;
  readonly random: () => number;
  /** Asked before each attempt. */
  readonly mayAct: MayAct;
}

const attemptOutcomes = ['delivered', 'failed', 'refused', 'gone'] as const;

/** Starts to deliver what the outbox holds to every configured hook. Throws AppError when a hook cannot work as configured. */
export function startHooks(wiring: HookWiring): Deliveries & AsyncDisposable {
  const { outbox, clock, random, mayAct } = wiring;
  const hooks = wiring.hooks.map((hook) =>
    createWebhook({
      name: hook.name,
      url: hook.url,
      secrets: secretsOf(hook, wiring.secrets),
      allowPrivate: hook.allowPrivate,
      clock,
    }),
  );
  // A rate over a series that begins with its first failure shows nothing of it.
  wiring.metrics.take(
    wiring.hooks.flatMap(({ name: target }) =>
      attemptOutcomes.map((outcome) => add('mooring_hook_attempts_total', 0, { target, outcome })),
    ),
  );
  const deliveries = startDeliveries({ outbox, hooks, clock, random, mayAct, observer: observerOf(wiring) });
  const stop = async (): Promise<void> => {
    await deliveries.stop();
    await Promise.all(hooks.map((hook) => hook.close()));
  };
  return { wake: () => deliveries.wake(), stop, [Symbol.asyncDispose]: stop };
}

function secretsOf({ name }: HookConfig, secrets: HookWiring['secrets']): readonly string[] {
  const known = secrets.get(name);
  if (known !== undefined) return known.map((secret) => secret.reveal());
  throw new AppError({
    code: 'config-invalid',
    what: `cannot use the hook ${name}`,
    why: 'its signing secret was not read',
    remedy: 'Give hooks[].secretFile',
  });
}

function observerOf({ logger, metrics }: HookWiring): DeliveryObserver {
  return {
    attempted(target, outcome, verdict) {
      metrics.take([add('mooring_hook_attempts_total', 1, { target, outcome: outcome.kind })]);
      if (outcome.kind === 'delivered') logger.debug('delivered', { hook: target, status: outcome.status });
      else {
        const { why, status } = outcome;
        logger.warn('a delivery failed', { hook: target, status, why, verdict: verdict.kind });
      }
    },
    troubled: (target, error) =>
      logger.error('the outbox is in trouble', { hook: target, ...errorFields(error, 'cannot use the outbox') }),
  };
}
