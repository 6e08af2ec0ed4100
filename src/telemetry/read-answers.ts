import { isJsonArray, isJsonObject, type JsonArray, type JsonObject, stringAt, valueAt } from '../resource/json.ts';
import type { Dialect, Labels } from './dialects.ts';
import type { ObservedAnswer, ObservedCall } from '../resource/call/observed-call.ts';

/** Series of one answer that are read; more than this is a label that should not be there. */
export const mostSeries = 200_000;

/** An answer that could not be read at all. The source's last answer goes on to count. */
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
  const skipped = new Map<string, number>();
  const skip = (why: string, count = 1): void => void skipped.set(why, (skipped.get(why) ?? 0) + count);
  if (result.length > mostSeries) skip('beyond the limit of series', result.length - mostSeries);
  for (const series of result.slice(0, mostSeries)) {
    const sample = sampleOf(series);
    const from = sample === undefined ? undefined : dialect.from(sample.labels);
    const to = sample === undefined ? undefined : dialect.to(sample.labels);
    if (sample === undefined) skip('damaged series');
    else if (!Number.isFinite(sample.value) || sample.value < 0) skip('not a number');
    else if (from === undefined || to === undefined) skip('an end without a name');
    else {
      const { labels, value: rate } = sample;
      const protocol = dialect.protocol?.(labels) ?? null;
      calls.push({ from, to, protocol, rate, errorShare: shareOf(failed, labels, rate), metric: dialect.metric });
    }
  }
  return { calls, skipped: Object.fromEntries(skipped) };
}

function vectorOf(body: unknown): JsonArray | undefined {
  if (!isJsonObject(body) || body['status'] !== 'success' || stringAt(body, 'data', 'resultType') !== 'vector')
    return undefined;
  const result = valueAt(body, 'data', 'result');
  return isJsonArray(result) ? result : undefined;
}

function sampleOf(series: JsonArray[number]): { readonly labels: Labels; readonly value: number } | undefined {
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

/** Null when nobody was asked, or nothing happened that could fail. */
function shareOf(failed: ReadonlyMap<string, number> | null, labels: Labels, rate: number): number | null {
  if (failed === null || rate === 0) return null;
  return Math.min(1, (failed.get(labelText(labels)) ?? 0) / rate);
}

function labelText(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Calls in an answer of Jaeger's `/api/dependencies`; `lookbackSeconds` turns counts into rates. */
export function readJaeger(body: unknown, lookbackSeconds: number): ObservedAnswer | Unreadable {
  const links = isJsonObject(body) ? body['data'] : undefined;
  if (!isJsonArray(links)) return { unreadable: 'not an answer of /api/dependencies' };
  const calls: ObservedCall[] = [];
  let damaged = 0;
  for (const link of links.slice(0, mostSeries)) {
    const parent = stringAt(link, 'parent');
    const child = stringAt(link, 'child');
    const count = valueAt(link, 'callCount');
    if (!parent || !child || typeof count !== 'number' || !Number.isFinite(count) || count < 0) {
      damaged++;
      continue;
    }
    calls.push({
      from: { namespace: null, name: parent },
      to: { namespace: null, name: child },
      protocol: null,
      rate: count / Math.max(1, lookbackSeconds),
      errorShare: null,
      metric: 'jaeger dependencies',
    });
  }
  const beyond = links.length - Math.min(links.length, mostSeries);
  return {
    calls,
    skipped: {
      ...(damaged === 0 ? {} : { 'damaged link': damaged }),
      ...(beyond === 0 ? {} : { 'beyond the limit of series': beyond }),
    },
  };
}
