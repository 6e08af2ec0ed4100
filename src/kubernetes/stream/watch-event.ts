import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  parseJson,
  stringAt,
  valueAt,
} from '../../resource/json.ts';
import type { Refusal } from '../connection/kubernetes-errors.ts';

export type WatchEvent =
  | { readonly kind: 'object'; readonly change: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: JsonObject }
  /** Only moves the version. `isEndOfList` marks the end of a streamed list. */
  | { readonly kind: 'bookmark'; readonly version: string; readonly isEndOfList: boolean }
  | { readonly kind: 'error'; readonly refusal: Refusal }
  /** A complete line that is no watch event: the stream cannot be trusted any further. */
  | { readonly kind: 'garbage' };

const endOfList = 'k8s.io/initial-events-end';

export function readWatchEvent(line: Buffer): WatchEvent {
  const event = parseLine(line);
  const object = objectAt(event, 'object');
  if (object === undefined) return { kind: 'garbage' };
  const type = stringAt(event, 'type');
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { kind: 'object', change: type, object };
    case 'BOOKMARK':
      return {
        kind: 'bookmark',
        version: stringAt(object, 'metadata', 'resourceVersion') ?? '',
        isEndOfList: stringAt(object, 'metadata', 'annotations', endOfList) === 'true',
      };
    case 'ERROR':
      return { kind: 'error', refusal: statusRefusal(object) };
    default:
      return { kind: 'garbage' };
  }
}

function parseLine(line: Buffer): JsonValue | undefined {
  try {
    const event = parseJson(line.toString('utf8'));
    return isJsonObject(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

function statusRefusal(status: JsonObject): Refusal {
  const seconds = Number(valueAt(status, 'details', 'retryAfterSeconds') ?? 0);
  return {
    status: Number(valueAt(status, 'code') ?? 500),
    reason: stringAt(status, 'reason') ?? '',
    message: stringAt(status, 'message') ?? 'the watch ended with an error',
    retryAfterMs: seconds > 0 ? seconds * 1_000 : null,
  };
}
