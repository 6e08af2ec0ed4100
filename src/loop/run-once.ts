import type { AuditReport } from '../drift/drift-report.ts';
import { asAppError } from '../errors/app-error.ts';
import type { EpisodeDecision, JudgedRound } from '../incidents/decide-episodes.ts';
import { judgeResource } from '../severity/judge-drift.ts';
import type { GraphLookup, Judgement, SeverityRule } from '../severity/judgement.ts';
import type {
  ProposalOutcome,
  RepairCandidate,
  Round,
  RoundObserver,
  RoundProblem,
  RoundStage,
  RoundWork,
} from './round.ts';

/** The stages of a round. Each may throw AppError; only an abort or a defect of `compare` ends the round. */
export interface RoundDependencies {
  /** Brings both sides up to date for this work and says which keys to judge; null: all. */
  collect(work: RoundWork, problem: ProblemSink, signal: AbortSignal): Promise<readonly string[] | null>;
  /** Judges these keys. A resource that cannot be judged is undetermined in the report and named in `problem`. */
  compare(keys: readonly string[] | null, problem: ProblemSink, signal: AbortSignal): Promise<AuditReport>;
  readonly graph: GraphLookup;
  readonly rules: readonly SeverityRule[];
  /** Stores what is to be told before anything is sent. */
  tell(round: JudgedRound, revision: string | null): Promise<readonly EpisodeDecision[]>;
  /** Adds both sides to a judgement. */
  candidateOf(judgement: Judgement): RepairCandidate;
  propose(candidates: readonly RepairCandidate[], signal: AbortSignal): Promise<readonly ProposalOutcome[]>;
  readonly observers: readonly RoundObserver[];
  clock(): Date;
}

export type ProblemSink = (stage: RoundStage, resource: string | null, error: unknown) => void;

/** One pass: collect, compare, judge, act, record. One bad item never ends it. Null when there was nothing to look at after all. */
export async function runOnce(d: RoundDependencies, work: RoundWork, signal: AbortSignal): Promise<Round | null> {
  const startedAt = d.clock();
  const problems: RoundProblem[] = [];
  const problem: ProblemSink = (stage, resource, error) => {
    problems.push({ stage, resource, error: asAppError(error, `cannot ${stage}`) });
  };

  const keys = await d.collect(work, problem, signal);
  if (keys?.length === 0 && problems.length === 0) return null;
  const report = await d.compare(keys, problem, signal);
  const judgements = await judge(report, d, problem, signal);
  const judged = {
    reports: report.resources,
    judgements,
    gaps: report.gaps,
    looked: keys === null ? null : new Set(keys),
  };
  const decisions = await attempt('tell', [], () => d.tell(judged, report.desired.revision), problem);
  const judgedAt = d.clock();
  signal.throwIfAborted();
  const candidates = judgements.map((judgement) => d.candidateOf(judgement));
  const proposals = await attempt('propose', [], () => d.propose(candidates, signal), problem);

  const { trigger, noticedAt } = work;
  const finishedAt = d.clock();
  const whole = keys === null;
  const times = { noticedAt, startedAt, judgedAt, finishedAt };
  const round: Round = { trigger, whole, ...times, report, judgements, decisions, proposals, problems };
  for (const observer of d.observers) {
    await attempt('record', undefined, async () => observer.finished(round), problem);
  }
  return round;
}

/** How many resources are judged before waiting requests get a turn: each may walk far through the graph. */
const turn = 25;

async function judge(
  report: AuditReport,
  d: RoundDependencies,
  problem: ProblemSink,
  signal: AbortSignal,
): Promise<Judgement[]> {
  const judgements: Judgement[] = [];
  const drifted = report.resources.filter(({ verdict }) => verdict === 'drifted');
  for (const [index, resource] of drifted.entries()) {
    if (index % turn === turn - 1) await new Promise(setImmediate);
    signal.throwIfAborted();
    try {
      const judgement = judgeResource(resource, d.graph, d.rules);
      if (judgement !== null) judgements.push(judgement);
    } catch (error) {
      problem('judge', `${resource.kind}/${resource.namespace}/${resource.name}`, error);
    }
  }
  return judgements;
}

async function attempt<T>(stage: RoundStage, otherwise: T, act: () => Promise<T>, problem: ProblemSink): Promise<T> {
  try {
    return await act();
  } catch (error) {
    problem(stage, null, error);
    return otherwise;
  }
}
