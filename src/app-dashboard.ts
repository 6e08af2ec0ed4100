import type { MayAct } from './app-fence.ts';
import type { FindForge } from './app-forges.ts';
import { proposeInto } from './app-propose.ts';
import type { PlacedSource } from './app-sources.ts';
import { asAppError } from './errors/app-error.ts';
import type { GitSetup } from './git/run-git.ts';
import type { ProposalOutcome } from './loop/round.ts';
import { dashboardText, type HeldBack } from './rollback/text/dashboard-text.ts';

export interface DashboardWiring {
  readonly git: GitSetup;
  readonly forges: FindForge;
  readonly clock: () => Date;
  readonly mayAct: MayAct;
}

/** What came of the resources of one source in this round. */
export interface SourceOutcomes {
  readonly placed: PlacedSource;
  readonly outcomes: readonly ProposalOutcome[];
}

/** Keeps what is held back, across rounds that look at a few resources each, and shows it where a repository has a dashboard. */
export interface DashboardTeller {
  /** `isSettled` tells resources that no longer drift. Answers with what went wrong. */
  tell(
    told: readonly SourceOutcomes[],
    isSettled: (resource: string) => boolean,
    signal: AbortSignal,
  ): Promise<readonly ProposalOutcome[]>;
}

export function createDashboardTeller(wiring: DashboardWiring): DashboardTeller {
  const held = new Map<string, Map<string, HeldBack>>();
  const shown = new Map<string, string>();
  return {
    async tell(told, isSettled, signal) {
      const problems: ProposalOutcome[] = [];
      for (const { placed, outcomes } of told) {
        const { source } = placed;
        const { name } = source.manifests;
        if (source.spec.kind !== 'git' || wiring.forges(source.spec.repository)?.dashboard !== true) continue;
        const here = held.get(name) ?? new Map<string, HeldBack>();
        held.set(name, here);
        for (const outcome of outcomes) {
          if (isHeld(outcome)) here.set(outcome.resource, outcome);
          else here.delete(outcome.resource);
        }
        for (const resource of here.keys()) if (isSettled(resource)) here.delete(resource);
        const text = dashboardText([...here.values()]);
        if (shown.get(name) === text.body) continue;
        try {
          const { dashboard } = await proposeInto(source, wiring, signal);
          if (!(await wiring.mayAct())) continue;
          await dashboard?.show(text, here.size > 0, signal);
          shown.set(name, text.body);
        } catch (error) {
          signal.throwIfAborted();
          const { what, why } = asAppError(error, `cannot show what is held back of ${name}`);
          problems.push({ kind: 'failed', resource: name, reason: `${what}: ${why}`, branch: null });
        }
      }
      return problems;
    },
  };
}

function isHeld({ kind }: ProposalOutcome): boolean {
  return kind === 'held' || kind === 'stale' || kind === 'failed';
}
