import type { DeliveryRecord, DeliveryVerdict, Outbox } from './delivery.ts';
import type { Hook, HookOutcome } from './hook.ts';
import { createClockJumps } from './pacing/clock-jumps.ts';
import { nextWait } from './pacing/retry-schedule.ts';
import { afterFailure, healthy, isResting } from './pacing/target-breaker.ts';
import type { BreakerState } from './pacing/target-breaker.ts';

export interface DeliverOptions {
  readonly outbox: Outbox;
  readonly hooks: readonly Hook[];
  readonly clock: () => Date;
  /** Milliseconds that only grow; `performance.now` when absent. Tells waits from a clock that was set. */
  readonly monotonic?: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly observer: DeliveryObserver;
  /** Asked before each attempt: whether this replica may act. Default: it may. */
  readonly mayAct?: () => Promise<boolean>;
}

/** Told of every attempt and of what went wrong around it; metrics and log implement it. */
export interface DeliveryObserver {
  attempted(target: string, outcome: HookOutcome, verdict: DeliveryVerdict): void;
  /** The outbox itself could not be read or written; the worker goes on a little later. */
  troubled(target: string, error: unknown): void;
}

export interface Deliveries {
  /** Something was put into the outbox. */
  wake(): void;
  /** Ends after the attempt under way; what was not sent stays stored. */
  stop(): Promise<void>;
}

const batch = 20;
const longestNap = 60_000;
const napAfterTrouble = 5_000;

/** Starts one worker per target, so that a slow target delays nobody else. Stop it before the store is closed. */
export function startDeliveries(options: DeliverOptions): Deliveries {
  const abort = new AbortController();
  const workers = options.hooks.map((hook) => startWorker(hook, options, abort.signal));
  return {
    wake() {
      for (const worker of workers) worker.wake();
    },
    async stop() {
      abort.abort();
      await Promise.all(workers.map(({ done }) => done));
    },
  };
}

interface Worker {
  wake(): void;
  readonly done: Promise<void>;
}

function startWorker(hook: Hook, options: DeliverOptions, signal: AbortSignal): Worker {
  const bell = createBell(signal);
  return { wake: () => bell.ring(), done: work(hook, options, bell, signal) };
}

async function work(hook: Hook, options: DeliverOptions, bell: Bell, signal: AbortSignal): Promise<void> {
  let state = healthy;
  const jumps = createClockJumps(options.clock, options.monotonic ?? (() => performance.now()));
  while (!signal.aborted) {
    let nap = napAfterTrouble;
    try {
      state = await moveWaits(hook, options, { state, jump: jumps.take() });
      await wakeMovedTarget(hook, options);
      state = await sendDue(hook, options, state, signal);
      nap = await napLength(hook, options, state);
    } catch (error) {
      options.observer.troubled(hook.name, error);
    }
    if (!signal.aborted) await bell.waitFor(nap);
  }
}

/** Waits last as long as they were meant to, also when the clock was set by an hour: nothing is due at once, or an hour late. */
async function moveWaits(
  hook: Hook,
  { outbox }: DeliverOptions,
  { state, jump }: { readonly state: BreakerState; readonly jump: number },
): Promise<BreakerState> {
  if (jump === 0) return state;
  await outbox.shift(hook.name, jump);
  return { ...state, restsUntil: state.restsUntil + jump };
}

/** A target that said "gone" stays disabled until its address in the configuration is another. */
async function wakeMovedTarget(hook: Hook, { outbox, clock }: DeliverOptions): Promise<void> {
  const queue = (await outbox.queues()).find(({ target }) => target === hook.name);
  if (queue?.disabled && queue.disabled.address !== hook.address) {
    await outbox.disable(hook.name, null, clock().toISOString());
  }
}

async function sendDue(
  hook: Hook,
  options: DeliverOptions,
  before: BreakerState,
  signal: AbortSignal,
): Promise<BreakerState> {
  let state = before;
  while (!signal.aborted && !isResting(state, options.clock().getTime())) {
    const due = await options.outbox.due(hook.name, options.clock().toISOString(), batch);
    if (due.length === 0) return state;
    for (const delivery of due) {
      if (!((await options.mayAct?.()) ?? true)) return state;
      const outcome = await hook.send(delivery, signal);
      // An attempt that our own stop cut short says nothing about the target; it is due again at the next start.
      if (signal.aborted && outcome.kind === 'failed') return state;
      const attempt = { outcome, at: options.clock() };
      await settle(hook, delivery, attempt, options);
      state = await afterAttempt(hook, attempt, options, state);
      if (outcome.kind === 'gone' || signal.aborted || isResting(state, options.clock().getTime())) return state;
    }
  }
  return state;
}

interface Attempt {
  readonly outcome: HookOutcome;
  readonly at: Date;
}

async function settle(hook: Hook, delivery: DeliveryRecord, attempt: Attempt, options: DeliverOptions): Promise<void> {
  const { outcome, at } = attempt;
  const verdict = verdictOf(outcome, delivery.attempts + 1, at, options.random());
  await options.outbox.settle(delivery.id, verdict, at.toISOString());
  options.observer.attempted(hook.name, outcome, verdict);
}

async function afterAttempt(
  hook: Hook,
  { outcome, at }: Attempt,
  { outbox }: DeliverOptions,
  state: BreakerState,
): Promise<BreakerState> {
  if (outcome.kind === 'failed') return afterFailure(state, at.getTime(), outcome.retryAfterMs);
  if (outcome.kind === 'gone') {
    await outbox.disable(hook.name, { why: outcome.why, address: hook.address }, at.toISOString());
    return state;
  }
  if (state.failures > 0) await outbox.hasten(hook.name, at.toISOString());
  return healthy;
}

function verdictOf(outcome: HookOutcome, attempts: number, now: Date, random: number): DeliveryVerdict {
  if (outcome.kind === 'delivered') return { kind: 'delivered', status: outcome.status };
  const { why, status } = outcome;
  if (outcome.kind !== 'failed') return { kind: 'dead', why, status };
  const wait = nextWait(attempts, outcome.retryAfterMs, random);
  if (wait === null) return { kind: 'dead', why: `${why}, ${attempts} times over days`, status };
  return { kind: 'later', at: new Date(now.getTime() + wait).toISOString(), why, status };
}

async function napLength(hook: Hook, { outbox, clock }: DeliverOptions, state: BreakerState): Promise<number> {
  const queue = (await outbox.queues()).find(({ target }) => target === hook.name);
  if (!queue?.nextAttemptAt || queue.disabled) return longestNap;
  const now = clock().getTime();
  const next = Math.max(Date.parse(queue.nextAttemptAt), state.restsUntil);
  return Math.min(longestNap, Math.max(10, next - now));
}

interface Bell {
  ring(): void;
  /** Resolves when rung (also before the call), after `ms`, or on abort. */
  waitFor(ms: number): Promise<void>;
}

function createBell(signal: AbortSignal): Bell {
  let rung = false;
  let answer = (): void => {};
  const ring = (): void => {
    rung = true;
    answer();
  };
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    async waitFor(ms) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          answer = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
      answer = () => {};
    },
  };
}
