import type { FindForge } from './app-forges.ts';
import type { GitSetup } from './git/run-git.ts';
import { fence, type MayAct } from './app-fence.ts';
import { proposeInto } from './app-propose.ts';
import type { OpenedSource, PlacedSource } from './app-sources.ts';
import { asAppError } from './errors/app-error.ts';
import type { AuditReport } from './drift/drift-report.ts';
import type { ProposalOutcome } from './loop/round.ts';
import { formatResourceId } from './resource/resource-id.ts';
import { closePointless, settledProposals } from './rollback/settle-proposals.ts';
import { parseMachineBlock } from './rollback/text/machine-block.ts';
import { idOfReport } from './severity/judge-drift.ts';

export interface SettleWiring {
  readonly sources: readonly PlacedSource[];
  readonly git: GitSetup;
  readonly forges?: FindForge;
  /** Every verdict as of this round; null before everything was judged once. */
  report(): AuditReport | null;
  readonly clock: () => Date;
  readonly mayAct: MayAct;
}

/** Closes proposals whose drift is gone. Asks the repositories only when an object that has one came into sync. */
export interface Settler {
  /** An object has an open proposal now. */
  opened(resource: string): void;
  settle(signal: AbortSignal): Promise<readonly ProposalOutcome[]>;
}

export function createSettler(wiring: SettleWiring): Settler {
  let open: Set<string> | null = null;
  let notBefore = 0;
  return {
    opened: (resource) => open?.add(resource),
    async settle(signal) {
      const report = wiring.report();
      if (report === null || wiring.clock().getTime() < notBefore) return [];
      try {
        open ??= await openObjects(wiring, signal);
      } catch (error) {
        signal.throwIfAborted();
        notBefore = wiring.clock().getTime() + retryAfter;
        const { what, why } = asAppError(error, 'cannot list the open proposals');
        return [{ kind: 'failed', resource: 'proposals', reason: `${what}: ${why}`, branch: null }];
      }
      const inSync = new Set(
        report.resources
          .filter(({ verdict }) => verdict === 'in-sync')
          .map((resource) => formatResourceId(idOfReport(resource))),
      );
      const settled = open.intersection(inSync);
      if (settled.size === 0) return [];
      const closed = await closeIn(wiring, settled, signal);
      // What could not be closed is tried again, but not with every round.
      if (closed.some(({ kind }) => kind === 'failed')) notBefore = wiring.clock().getTime() + retryAfter;
      else for (const resource of settled) open.delete(resource);
      return closed;
    },
  };
}

/** Milliseconds that a repository or forge is left alone after it failed. */
const retryAfter = 30_000;

/** Objects that have an open proposal in any of the repositories. */
async function openObjects(wiring: SettleWiring, signal: AbortSignal): Promise<Set<string>> {
  const objects = new Set<string>();
  for (const { source } of wiring.sources) {
    if (source.gitDirectory === null) continue;
    const { pullRequests } = await proposeInto(source, wiring, signal);
    for (const { state, body } of await pullRequests.list(signal)) {
      const object = state === 'open' ? parseMachineBlock(body)?.object : undefined;
      if (object !== undefined) objects.add(object);
    }
  }
  return objects;
}

async function closeIn(
  wiring: SettleWiring,
  settled: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly ProposalOutcome[]> {
  const outcomes: ProposalOutcome[] = [];
  for (const { source } of wiring.sources) {
    if (source.gitDirectory === null) continue;
    outcomes.push(...(await closeInSource(source, wiring, settled, signal)));
  }
  return outcomes;
}

async function closeInSource(
  source: OpenedSource,
  wiring: SettleWiring,
  settled: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly ProposalOutcome[]> {
  try {
    const dependencies = fence(await proposeInto(source, wiring, signal), wiring.mayAct);
    const pointless = settledProposals(await dependencies.pullRequests.list(signal), settled);
    const closed = new Set(await closePointless(pointless, dependencies, signal));
    return pointless
      .filter(({ pullRequest }) => closed.has(pullRequest.branch))
      .map(({ pullRequest: { body, branch }, reason }) => {
        const resource = parseMachineBlock(body)?.object ?? branch;
        return { kind: 'closed', resource, reason, branch };
      });
  } catch (error) {
    signal.throwIfAborted();
    const { what, why } = asAppError(error, `cannot close proposals of ${source.manifests.name}`);
    return [{ kind: 'failed', resource: source.manifests.name, reason: `${what}: ${why}`, branch: null }];
  }
}
