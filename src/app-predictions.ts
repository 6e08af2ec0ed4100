import { sha256 } from './app-plan.ts';
import { AppError } from './errors/app-error.ts';
import type { BlastRadius } from './graph/blast-radius.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import { keyFor } from './graph/landscape/landscape.ts';
import { partyFinder } from './graph/observed/find-party.ts';
import type { Store } from './history/store.ts';
import { errorFields, type Logger } from './log/logger.ts';
import type { Round, RoundObserver } from './loop/round.ts';
import { readNotification } from './predictions/alert.ts';
import { createAskedAllowance } from './predictions/asked-allowance.ts';
import { type NodeLookup, nodeOfAlert } from './predictions/alert-node.ts';
import type { Happening, Prediction } from './predictions/prediction.ts';
import { mostScored, outcomeOf, type PredictionScore, scoredSince, scoreOf } from './predictions/score-predictions.ts';
import { formatResourceId, type ResourceId } from './resource/resource-id.ts';
import type { Judgement } from './severity/judgement.ts';

export interface PredictionWiring {
  readonly log: Store['predictions'];
  readonly graph: () => DependencyGraph | null;
  /** Milliseconds. */
  readonly window: number;
  readonly clock: () => Date;
  readonly logger: Logger;
  /** Only a replica on duty writes. */
  readonly isOnDuty: () => boolean;
}

/** What became of a notification of Alertmanager. */
export interface TakenAlerts {
  /** Alerts that belong to a node, those that fit none, and those that could not be read. */
  readonly matched: number;
  readonly unmatched: number;
  readonly refused: number;
}

export interface Predictions extends RoundObserver {
  /** Remembers what a person was told. */
  asked(radius: BlastRadius): Promise<void>;
  /** Null when the body is no notification. Throws AppError when it cannot be stored: then Alertmanager has to send it again. */
  takeAlerts(body: unknown): Promise<TakenAlerts | null>;
  /** Judges what is due, and sums up the last thirty days, the latest thousand at most. Throws AppError. */
  score(): Promise<PredictionScore>;
}

/** A storm of drift at one go says little, each piece less than the one before. */
const mostAtOnce = 50;
const dueAtOnce = 200;
/** Within a window: more questions than people ask come from a script, and would crowd out what drift foretold. */
const mostAsked = 200;

/** Stores what blast radiuses say when drift begins or a person asks, and compares it with what came. */
export function createPredictions(wiring: PredictionWiring): Predictions {
  const { log, clock, logger, isOnDuty } = wiring;
  // Reading a thousand predictions for each scrape would cost more than all else that it shows.
  let known: PredictionScore | null = null;
  const allowance = createAskedAllowance(mostAsked, wiring.window);
  const settle = async (): Promise<void> => {
    for (let isMore = isOnDuty(); isMore; ) {
      const now = clock().toISOString();
      const due = await log.due(now, dueAtOnce);
      for (const prediction of due) {
        const came = await log.happenedBetween(prediction.madeAt, prediction.until);
        await log.settle(prediction.id, outcomeOf(prediction, came, now));
      }
      if (due.length > 0) known = null;
      isMore = due.length === dueAtOnce;
    }
  };
  const add = async (predictions: readonly Prediction[]): Promise<void> => {
    known = null;
    await log.add(predictions, clock().toISOString());
  };
  return {
    async finished(round) {
      if (!isOnDuty()) return;
      const graph = wiring.graph();
      const { predictions, happenings } = ofRound(round, graph, wiring);
      if (happenings.length > 0) await log.record(happenings);
      // A whole round also forgets what is too old: alerts come although nothing is predicted.
      if (predictions.length > 0 || round.whole) await add(predictions);
      if (round.whole) await settle();
    },
    async asked(radius) {
      if (!isOnDuty()) return;
      const question = ofQuestion(radius, wiring);
      const answer = allowance.take(question.id, Date.parse(question.madeAt));
      if (answer === 'first-refusal')
        logger.warn('so much was asked that the answers of this window are no longer remembered');
      if (answer === 'refused' || answer === 'first-refusal') return;
      try {
        await add([question]);
      } catch (error) {
        // The answer is worth more than the memory of it.
        logger.warn('a prediction could not be stored', errorFields(error, 'cannot store a prediction'));
      }
    },
    async takeAlerts(body) {
      const notification = readNotification(body);
      if (notification === undefined) return null;
      if (!isOnDuty()) throw notOnDuty();
      const graph = wiring.graph();
      const lookup = graph === null ? nobody : lookupIn(graph);
      const happenings = notification.alerts.map(
        ({ fingerprint, name, labels, startsAt, endsAt }): Happening => ({
          kind: 'alert',
          key: fingerprint,
          name,
          node: nodeOfAlert(labels, lookup),
          at: startsAt,
          endsAt,
        }),
      );
      if (happenings.length > 0) await log.record(happenings);
      const matched = happenings.filter(({ node }) => node !== null).length;
      return { matched, unmatched: happenings.length - matched, refused: notification.refused };
    },
    async score() {
      await settle();
      const score = known ?? scoreOf(await log.list(scoredSince(clock()), mostScored));
      known = score;
      return score;
    },
  };
}

function notOnDuty(): AppError {
  return new AppError({
    code: 'not-leader',
    what: 'the alerts were not stored',
    why: 'another replica leads, and it alone remembers',
    remedy: 'Send them again, as Alertmanager does by itself, until the replica that leads answers',
    retryable: true,
  });
}

const nobody: NodeLookup = { nodeNamed: () => null };

/** A node by the exact object where its kind is named, else as observed traffic finds it. */
function lookupIn(graph: DependencyGraph): NodeLookup {
  const find = partyFinder(graph);
  return {
    nodeNamed(kind, name, namespace) {
      if (kind !== null && namespace !== null) {
        const [group = '', own = ''] = kind.split('/');
        const place = graph.landscape.places.get(keyFor(group === 'v1' ? '' : group, own, namespace, name));
        if (place !== undefined && graph.nodes.hasNode(place)) return place;
      }
      const found = find({ namespace, name });
      return found === undefined || found.unseen !== undefined ? null : found.to;
    },
  };
}

interface OfRound {
  readonly predictions: readonly Prediction[];
  readonly happenings: readonly Happening[];
}

/** One prediction for each resource whose drift began: what severity was told of it. */
function ofRound(round: Round, graph: DependencyGraph | null, wiring: PredictionWiring): OfRound {
  const opened = round.decisions.flatMap(({ kind, episode }) => (kind === 'open' ? [episode] : []));
  if (opened.length === 0 || graph === null) return { predictions: [], happenings: [] };
  const happenings = opened.map(
    (episode): Happening => ({
      kind: 'drift',
      key: episode.id,
      name: `${episode.resource.kind} ${episode.resource.name}`,
      node: placeOf(graph, episode.resource),
      at: episode.openedAt,
      endsAt: null,
    }),
  );
  const resources = new Set(opened.map(({ resource }) => formatResourceId(resource)));
  const judged = round.judgements.filter(({ id }) => resources.has(formatResourceId(id)));
  const worst = judged.toSorted((one, other) => other.score - one.score).slice(0, mostAtOnce);
  const madeAt = round.judgedAt.getTime();
  const predictions = worst.flatMap((judgement) => ofJudgement(judgement, graph, madeAt, wiring.window) ?? []);
  return { predictions, happenings };
}

function ofJudgement(
  { id, impact }: Judgement,
  graph: DependencyGraph,
  madeAt: number,
  window: number,
): Prediction | null {
  if (impact === null) return null;
  const of = formatResourceId(id);
  const origin = placeOf(graph, id);
  return {
    id: sha256(`episode ${of} ${madeAt}`).slice(0, 20),
    trigger: 'episode',
    of,
    origins: origin === null ? [] : [origin],
    madeAt: new Date(madeAt).toISOString(),
    until: new Date(madeAt + window).toISOString(),
    affected: impact.affected.map(({ id: node, effect, probability }) => ({ id: node, effect, probability })),
  };
}

/** Whoever asks again within a window asks about the same. */
function ofQuestion({ of, affected }: BlastRadius, { clock, window }: PredictionWiring): Prediction {
  const now = clock().getTime();
  return {
    id: sha256(`asked ${of} ${Math.floor(now / window)}`).slice(0, 20),
    trigger: 'asked',
    of,
    origins: [of],
    madeAt: new Date(now).toISOString(),
    until: new Date(now + window).toISOString(),
    affected: affected.map(({ id, effect, probability }) => ({ id, effect, probability })),
  };
}

function placeOf({ landscape, nodes }: DependencyGraph, { group, kind, namespace, name }: ResourceId): string | null {
  const place = landscape.places.get(keyFor(group, kind, namespace, name));
  return place !== undefined && nodes.hasNode(place) ? place : null;
}
