import { formatJson } from '../resource/json.ts';
import type { JsonValue } from '../resource/json.ts';
import type { Judgement } from '../severity/judgement.ts';
import type { Episode } from './episode.ts';
import type { Hash } from './episode-fingerprint.ts';

export type EventKind = 'opened' | 'updated' | 'resolved';

export interface EventContext {
  readonly hash: Hash;
  /** RFC 3339. */
  readonly now: string;
  /** Who speaks, as a CloudEvents source: a URI reference such as `/mooring/prod-eu`. */
  readonly eventSource: string;
  /** The commit that desired state was read at, or null. */
  readonly revision: string | null;
}

export interface News {
  readonly id: string;
  readonly kind: EventKind;
  readonly subject: string;
  readonly episodes: readonly Episode[];
  readonly judgement: Judgement | null;
}

/** A CloudEvents 1.0 event in structured mode. Values of Secrets are masked before they get here. */
interface EventBody {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Readonly<Record<string, unknown>>;
}

/** Receivers are advised to refuse more than 20 kB; what does not fit is counted, never dropped in silence. */
const mostBytes = 20_000;
const episodeCounts = [20, 10, 5, 2, 1] as const;
const mostAffected = 10;
const longestValue = 400;

/** The body as text, with as many episodes as fit. */
export function eventText(news: News, context: EventContext): string {
  let text = '';
  for (const most of episodeCounts) {
    text = formatJson(eventBody(news, context, most));
    if (Buffer.byteLength(text) <= mostBytes) return text;
  }
  return text;
}

function eventBody(news: News, context: EventContext, mostEpisodes: number): EventBody {
  return {
    specversion: '1.0',
    id: news.id,
    source: context.eventSource,
    type: `dev.mooring.episode.${news.kind}`,
    subject: news.subject,
    time: context.now,
    datacontenttype: 'application/json',
    data: {
      ...resourceOf(news),
      revision: context.revision,
      ...severityOf(news),
      episodes: news.episodes.slice(0, mostEpisodes).map(episodeOf),
      moreEpisodes: Math.max(0, news.episodes.length - mostEpisodes),
      blastRadius: blastRadiusOf(news.judgement),
    },
  };
}

function resourceOf({ episodes: [first] }: News): Readonly<Record<string, unknown>> {
  if (first === undefined) return {};
  const { kind, namespace, name } = first.resource;
  return { resource: { apiVersion: first.apiVersion, kind, namespace, name } };
}

function severityOf({ judgement, episodes }: News): Readonly<Record<string, unknown>> {
  const [first] = episodes;
  if (judgement === null) return { severity: first?.severity, score: first?.score, reasons: first?.reasons };
  const { level, score, vector, reasons } = judgement;
  return { severity: level, score, vector, reasons };
}

function episodeOf(episode: Episode): Readonly<Record<string, unknown>> {
  const { resource: _resource, apiVersion: _apiVersion, reasons: _reasons, desired, live, ...rest } = episode;
  return { ...rest, desired: shortened(desired), live: shortened(live) };
}

function shortened(value: JsonValue | null): JsonValue | null {
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value, bigintsAsText);
  return text.length <= longestValue ? value : `${text.slice(0, longestValue)}… (${text.length} characters)`;
}

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function blastRadiusOf(judgement: Judgement | null): unknown {
  const impact = judgement?.impact;
  if (!impact) return null;
  const affected = impact.affected
    .slice(0, mostAffected)
    .map(({ id, effect, probability }) => ({ id, effect, probability }));
  return {
    affected,
    moreAffected: Math.max(0, impact.affected.length - mostAffected),
    entryPoints: impact.entryPoints,
  };
}
