import type { ObservedCall } from '../resource/call/observed-call.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../resource/json.ts';
import { type Dialect, dialects } from './dialects.ts';
import {
  type ObservedAnswer,
  readDependencies,
  readPrometheus,
  sampleOf,
  type Unreadable,
  vectorOf,
} from './read-answers.ts';

/**
 * Calls in an answer that somebody saved: an instant vector of Prometheus' query API whose series say their name or have the labels of one
 * producer only, or dependencies of Jaeger or Zipkin over `lookbackSeconds`.
 */
export function readSavedCalls(body: JsonValue, lookbackSeconds: number): ObservedAnswer | Unreadable {
  const vector = vectorOf(body);
  if (vector === undefined) {
    if (isJsonArray(body) || (isJsonObject(body) && isJsonArray(body['data'] ?? null)))
      return readDependencies(body, lookbackSeconds);
    return { unreadable: 'it is neither an instant vector of Prometheus nor dependencies of Jaeger or Zipkin' };
  }
  const calls: ObservedCall[] = [];
  const skipped: Record<string, number> = {};
  for (const [dialect, series] of Map.groupBy(vector, (each) => dialectOf(each))) {
    if (dialect === undefined) {
      skipped['of no known producer'] = series.length;
      continue;
    }
    const answer = readPrometheus(dialect, { status: 'success', data: { resultType: 'vector', result: series } });
    if ('unreadable' in answer) continue;
    calls.push(...answer.calls);
    for (const [why, count] of Object.entries(answer.skipped)) skipped[why] = (skipped[why] ?? 0) + count;
  }
  return { calls, skipped };
}

/** By the name of the metric; a sum has lost it, but labels such as these are one producer's. */
function dialectOf(series: JsonValue): Dialect | undefined {
  const labels = sampleOf(series)?.labels ?? {};
  const named = dialects.find(({ metric }) => metric === labels['__name__']);
  if (named !== undefined || labels['__name__'] !== undefined) return named;
  return dialects.find((dialect) => dialect.from(labels) !== undefined && dialect.to(labels) !== undefined);
}
