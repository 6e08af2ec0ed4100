import { setTimeout as sleep } from 'node:timers/promises';
import type { KindRef } from '../../collectors/live-source.ts';
import { asAppError } from '../../errors/app-error.ts';
import type { Resource } from '../../resource/resource.ts';
import type { Gap } from '../../resource/snapshot.ts';
import { backoffMs } from '../backoff.ts';
import type { KubernetesConnection } from '../connection/kubernetes-connection.ts';
import { isPassing } from '../connection/kubernetes-errors.ts';
import type { Discovery } from '../discovery/discover-kinds.ts';
import { kindKey, type ServedKind } from '../discovery/served-kind.ts';
import { poisonGap, refusedGap, secretDataGap, unknownKindGap, unreadKindGap } from './kind-gaps.ts';
import type { ListBudget } from './list-budget.ts';
import { type ListOutcome, listKind } from './list-kind.ts';
import { isSecret } from './live-object.ts';

export interface ReadContext {
  readonly connection: KubernetesConnection;
  readonly budget: ListBudget;
  readonly takeTurn: () => Promise<void>;
  readonly readSecrets: boolean;
  readonly pageSize?: number;
  readonly random: () => number;
}

export interface KindsRead {
  readonly resources: readonly Resource[];
  readonly gaps: readonly Gap[];
}

/** A busy server says when to come back; one that fills its caches after a start may do so for half a minute. */
const busyPatienceMs = 60_000;
const faultPatienceMs = 10_000;

/** Lists each kind once, in parallel within the budget. Each kind that cannot be read whole is a gap, never a part. */
export async function readKinds(
  context: ReadContext,
  discovery: Discovery,
  refs: readonly KindRef[],
  signal: AbortSignal,
): Promise<KindsRead> {
  const read = await Promise.all(refs.map((ref) => readOneKind(context, discovery, ref, signal)));
  return { resources: read.flatMap((each) => each.resources), gaps: read.flatMap((each) => each.gaps) };
}

async function readOneKind(
  context: ReadContext,
  discovery: Discovery,
  ref: KindRef,
  signal: AbortSignal,
): Promise<KindsRead> {
  const served = discovery.kinds.get(kindKey(ref));
  if (served === undefined) return { resources: [], gaps: [unknownKindGap(ref, discovery)] };
  if (!served.verbs.includes('list')) {
    return {
      resources: [],
      gaps: [unreadKindGap(served, 'the server cannot list it', 'Leave it out of the manifests')],
    };
  }
  const outcome = await listWithPatience(context, served, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return asAppError(error, `cannot list ${ref.kind} of ${ref.apiVersion}`);
  });
  if (outcome instanceof Error) {
    return { resources: [], gaps: [unreadKindGap(served, outcome.why, outcome.remedy)] };
  }
  if (outcome.kind === 'refused') return { resources: [], gaps: [refusedGap(served, outcome.refusal)] };
  const gaps: Gap[] = outcome.poisoned === 0 ? [] : [poisonGap(served, outcome.poisoned)];
  if (isSecret(served) && !context.readSecrets) gaps.push(secretDataGap);
  return { resources: outcome.objects.map((object) => object.resource), gaps };
}

/** Tries again while the fault is of the passing sort; the last outcome or error stands when patience ends. */
async function listWithPatience(context: ReadContext, served: ServedKind, signal: AbortSignal): Promise<ListOutcome> {
  const { connection, budget, takeTurn, readSecrets, pageSize } = context;
  const metadataOnly = isSecret(served) && !readSecrets;
  const options = { metadataOnly, takeTurn, compact: false, ...(pageSize === undefined ? {} : { pageSize }) };
  const startedAt = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    let retryAfterMs: number | null = null;
    const isOutOfPatience = (patienceMs: number) => performance.now() - startedAt > patienceMs;
    try {
      const outcome = await budget.run(() => listKind(connection, served, options, signal), signal);
      if (outcome.kind === 'listed' || !isPassing(outcome.refusal)) return outcome;
      const patienceMs = outcome.refusal.status === 429 ? busyPatienceMs : faultPatienceMs;
      if (isOutOfPatience(patienceMs)) return outcome;
      ({ retryAfterMs } = outcome.refusal);
    } catch (error) {
      if (signal.aborted || isOutOfPatience(faultPatienceMs)) throw error;
    }
    await sleep(backoffMs(attempt, retryAfterMs, context.random), undefined, { signal });
  }
}
