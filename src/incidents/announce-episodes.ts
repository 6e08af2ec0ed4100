import type { Severity } from '../drift/drift-report.ts';
import { formatResourceId } from '../resource/resource-id.ts';
import type { Judgement } from '../severity/judgement.ts';
import { isWorse } from '../severity/severity-scale.ts';
import type { EpisodeDecision } from './decide-episodes.ts';
import type { Delivery } from './delivery.ts';
import type { Episode } from './episode.ts';
import { eventText } from './event-body.ts';
import type { EventContext, EventKind } from './event-body.ts';

/** A target as far as deciding needs it: what is milder than `minSeverity` is not sent there. */
export interface AnnounceTarget {
  readonly name: string;
  readonly minSeverity: Severity;
}

const eventOf: Readonly<Record<'open' | 'update' | 'resolve', EventKind>> = {
  open: 'opened',
  update: 'updated',
  resolve: 'resolved',
};

/** One delivery per resource, kind of news and target: ten fields edited at once are one message. Pure. */
export function announceEpisodes(
  decisions: readonly EpisodeDecision[],
  judgements: readonly Judgement[],
  targets: readonly AnnounceTarget[],
  context: EventContext,
): Delivery[] {
  const judged = new Map(judgements.map((judgement) => [formatResourceId(judgement.id), judgement]));
  const news = new Map<string, { kind: EventKind; subject: string; episodes: Episode[] }>();
  for (const decision of decisions) {
    if (decision.kind === 'nothing' || (decision.kind === 'update' && !decision.announce)) continue;
    const kind = eventOf[decision.kind];
    const subject = formatResourceId(decision.episode.resource);
    const group = news.get(`${kind} ${subject}`) ?? { kind, subject, episodes: [] };
    group.episodes.push(decision.episode);
    news.set(`${kind} ${subject}`, group);
  }
  return [...news.values()].flatMap(({ kind, subject, episodes }) =>
    targets.flatMap((target) => {
      const worthTelling = episodes.filter(({ worst }) => !isWorse(target.minSeverity, worst));
      if (worthTelling.length === 0) return [];
      const id = eventId(context, kind, worthTelling);
      const judgement = judged.get(subject) ?? null;
      const body = eventText({ id, kind, subject, episodes: worthTelling, judgement }, context);
      return [deliveryOf({ id, kind, subject, target: target.name, body }, context)];
    }),
  );
}

interface Addressed {
  readonly id: string;
  readonly kind: EventKind;
  readonly subject: string;
  readonly target: string;
  readonly body: string;
}

function deliveryOf({ id, kind, subject, target, body }: Addressed, { hash, now }: EventContext): Delivery {
  return {
    id: `msg_${hash(`${id}\n${target}`).slice(0, 24)}`,
    target,
    subject,
    type: `dev.mooring.episode.${kind}`,
    body,
    createdAt: now,
  };
}

function eventId({ hash }: EventContext, kind: EventKind, episodes: readonly Episode[]): string {
  // Another replica that tells the same news must give it the same id: beginnings and ends happen once, and replicas agree on the
  // day. Without it an episode after a lost state file could bear the id of one from long ago.
  const state = episodes.map(({ id, updatedAt, onset }) => {
    const when = kind === 'updated' ? updatedAt : onset.notAfter.slice(0, 'YYYY-MM-DD'.length);
    return `${id} ${when}`;
  });
  return `evt_${hash([kind, ...state].join('\n')).slice(0, 24)}`;
}
