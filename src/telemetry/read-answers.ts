import type { ObservedCall, Party } from '../resource/call/observed-call.ts';
import {
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  stringAt,
  valueAt,
} from '../resource/json.ts';
import { type Dialect, type Labels, mostSeries } from './dialects.ts';

/** What an answer holds: calls, and how much of it could not be used, by reason. */
export interface ObservedAnswer {
  readonly calls: readonly ObservedCall[];
  readonly skipped: Readonly<Record<string, number>>;
}

/** An answer that could not be read at all. */
export interface Unreadable {
  readonly unreadable: string;
}

/**
 * Calls in an answer of Prometheus' query API (`data.result` of an instant vector), with the failures of the same dialect when they were
 * asked for. A series that is damaged, not a number or names no party is skipped and counted; the others stand.
 */
export function readPrometheus(dialect: Dialect, body: unknown, failures?: unknown): ObservedAnswer | Unreadable {
  const result = vectorOf(body);
  if (result === undefined) return { unreadable: 'not a successful instant vector of the query API' };
  const failed = failureRates(dialect, failures);
  const calls: ObservedCall[] = [];
  const undirected: ObservedCall[] = [];
  const skipped = new Map<string, number>();
  const skip = (why: string, count = 1): void => void skipped.set(why, (skipped.get(why) ?? 0) + count);
  if (result.length > mostSeries) skip('beyond the limit of series', result.length - mostSeries);
  for (const series of result.slice(0, mostSeries)) {
    const sample = sampleOf(series);
    const call = sample === undefined ? 'damaged series' : callOf(dialect, sample, failed);
    if (typeof call === 'string') skip(call);
    else if (dialect.tellsReplies?.(sample?.labels ?? {}) !== true) calls.push(call);
    else undirected.push(call);
  }
  const pairs = new Set(undirected.map(({ from, to }) => pairOf(from, to)));
  for (const call of undirected) {
    const [there, back] = [pairOf(call.from, call.to), pairOf(call.to, call.from)];
    if (there !== back && pairs.has(back)) skip('told in both directions');
    else calls.push(call);
  }
  return { calls, skipped: Object.fromEntries(skipped) };
}

function pairOf(from: Party, to: Party): string {
  return JSON.stringify([from.namespace, from.name, to.namespace, to.name]);
}

/** The call that a series tells of, or why it tells of none. */
function callOf(
  dialect: Dialect,
  { labels, value: rate }: Sample,
  failed: ReadonlyMap<string, number> | null,
): ObservedCall | string {
  const { unit, metric } = dialect;
  if (!Number.isFinite(rate) || rate < 0) return 'not a number';
  // A counter that stands still tells of calls that were, and those are remembered.
  if (rate === 0) return 'quiet';
  const [one, other] = dialect.clusters?.(labels) ?? [];
  if (isKnown(one) && isKnown(other) && one !== other) return 'between clusters';
  const [from, to] = [dialect.from(labels), dialect.to(labels)];
  if (from === undefined || to === undefined) return 'an end without a name';
  const protocol = dialect.protocol?.(labels) ?? null;
  const errorShare = shareOf(failed, labels, rate);
  return { from, to, protocol, unit, rate: unit === 'presence' ? 0 : rate, errorShare, metric };
}

function isKnown(cluster: string | undefined): boolean {
  return cluster !== undefined && cluster !== '' && cluster !== 'unknown';
}

/** `data.result` of an instant vector; undefined for anything else. */
export function vectorOf(body: unknown): JsonArray | undefined {
  if (!isJsonObject(body) || body['status'] !== 'success' || stringAt(body, 'data', 'resultType') !== 'vector')
    return undefined;
  const result = valueAt(body, 'data', 'result');
  return isJsonArray(result) ? result : undefined;
}

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Labels and value of one series; undefined when it is damaged. */
export function sampleOf(series: JsonValue): Sample | undefined {
  const metric = valueAt(series, 'metric');
  const pair = valueAt(series, 'value');
  if (!isJsonObject(metric) || !isJsonArray(pair) || typeof pair[1] !== 'string') return undefined;
  return { labels: textsOf(metric), value: Number(pair[1]) };
}

function textsOf(metric: JsonObject): Labels {
  return Object.fromEntries(
    Object.entries(metric).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function failureRates(dialect: Dialect, body: unknown): ReadonlyMap<string, number> | null {
  const result = dialect.failures === undefined ? undefined : vectorOf(body);
  if (result === undefined) return null;
  const rates = new Map<string, number>();
  for (const series of result.slice(0, mostSeries)) {
    const sample = sampleOf(series);
    if (sample !== undefined && Number.isFinite(sample.value)) rates.set(labelText(sample.labels), sample.value);
  }
  return rates;
}

/** Null when nobody was asked. */
function shareOf(failed: ReadonlyMap<string, number> | null, labels: Labels, rate: number): number | null {
  return failed === null ? null : Math.min(1, (failed.get(labelText(labels)) ?? 0) / rate);
}

function labelText(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Calls in an answer of Jaeger's `/api/dependencies` or Zipkin's `/api/v2/dependencies`; `lookbackSeconds` turns counts into rates. */
export function readDependencies(body: unknown, lookbackSeconds: number): ObservedAnswer | Unreadable {
  const links = isJsonObject(body) ? body['data'] : body;
  if (links === null && isJsonObject(body)) return { calls: [], skipped: {} };
  if (!Array.isArray(links)) return { unreadable: 'no list of dependencies' };
  const calls: ObservedCall[] = [];
  let damaged = 0;
  for (const link of links.slice(0, mostSeries)) {
    const call = linkOf(link, lookbackSeconds);
    if (call === undefined) damaged++;
    else calls.push(call);
  }
  const beyond = links.length - mostSeries;
  return {
    calls,
    skipped: {
      ...(damaged === 0 ? {} : { 'damaged link': damaged }),
      ...(beyond <= 0 ? {} : { 'beyond the limit of series': beyond }),
    },
  };
}

function linkOf(link: JsonValue, seconds: number): ObservedCall | undefined {
  const [parent, child] = [stringAt(link, 'parent'), stringAt(link, 'child')];
  const [count, errors] = [valueAt(link, 'callCount'), valueAt(link, 'errorCount')];
  if (!parent || !child || typeof count !== 'number' || !Number.isFinite(count) || count <= 0) return undefined;
  return {
    from: { namespace: null, name: parent },
    to: { namespace: null, name: child },
    protocol: null,
    unit: 'requests',
    rate: count / Math.max(1, seconds),
    errorShare: typeof errors === 'number' && errors >= 0 ? Math.min(1, errors / count) : null,
    metric: 'traced dependencies',
  };
}
