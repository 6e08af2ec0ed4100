import type { KubernetesConnection } from '../connection/kubernetes-connection.ts';
import { type Refusal, readRefusal } from '../connection/kubernetes-errors.ts';
import type { ServedKind } from '../discovery/served-kind.ts';
import { createLineSplitter } from './split-lines.ts';
import { readWatchEvent, type WatchEvent } from './watch-event.ts';

/** Why a watch ended. */
export type WatchEnd =
  /** By the server, in good order. */
  | { readonly kind: 'closed' }
  /** The version we resume from is no longer there (410 as status or inside the stream). */
  | { readonly kind: 'expired'; readonly why: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The connection broke, fell silent, or sent what is no event; whatever came complete before that was applied. */
  | { readonly kind: 'broken'; readonly why: string; readonly isSilence: boolean; readonly isGarbage: boolean };

/** One sentence for states and logs. */
export function describeEnd(end: WatchEnd): string {
  switch (end.kind) {
    case 'closed':
      return 'the server closed the watch';
    case 'refused':
      return end.refusal.message;
    case 'expired':
    case 'broken':
      return end.why;
  }
}

export interface WatchRequest {
  readonly served: ServedKind;
  readonly version: string;
  readonly metadataOnly: boolean;
  readonly timeoutSeconds: number;
  /** Silence longer than this is taken for a dead connection. */
  readonly silenceMs: number;
}

export interface WatchSink {
  /** The server has accepted the watch: from here on we hear of every change. */
  opened(): void;
  /** Events that arrived together, in order; an end event may be the last. */
  events(events: readonly WatchEvent[], bytes: number): void;
}

const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** One watch request from its start to its end. Never rejects; one that `signal` aborts ends as silence does. */
export async function watchOnce(
  connection: KubernetesConnection,
  request: WatchRequest,
  sink: WatchSink,
  signal: AbortSignal,
): Promise<WatchEnd> {
  const path = watchPath(request);
  const accept = request.metadataOnly ? { accept: metadataOnly } : {};
  try {
    const stream = await connection.open({ path, ...accept }, request.silenceMs, signal);
    if (stream.status !== 200) {
      const body = await readAll(stream.body);
      return endOf(readRefusal(stream.status, stream.header('retry-after'), body));
    }
    sink.opened();
    return await readStream(stream.body, sink);
  } catch (error) {
    const why = signal.aborted ? 'the way to the server looks dead' : messageOf(error);
    return { kind: 'broken', why, isSilence: signal.aborted || isSilence(error), isGarbage: false };
  }
}

function watchPath(request: WatchRequest): string {
  const query = new URLSearchParams({
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion: request.version,
    timeoutSeconds: String(request.timeoutSeconds),
  });
  return `${request.served.path}?${query.toString()}`;
}

const garbage = {
  kind: 'broken',
  why: 'the stream held a line that is no event',
  isSilence: false,
  isGarbage: true,
} as const;
const cutInside = {
  kind: 'broken',
  why: 'the stream was cut inside an event',
  isSilence: false,
  isGarbage: false,
} as const;

async function readStream(body: AsyncIterable<Buffer>, sink: WatchSink): Promise<WatchEnd> {
  const splitter = createLineSplitter();
  for await (const chunk of body) {
    const events = splitter.push(chunk).filter(isNoBlank).map(readWatchEvent);
    const end = events.find((event) => event.kind === 'error' || event.kind === 'garbage');
    sink.events(end === undefined ? events : events.slice(0, events.indexOf(end)), chunk.length);
    if (end?.kind === 'error') return endOf(end.refusal);
    if (end?.kind === 'garbage') return garbage;
  }
  if (splitter.unfinished > 0) return cutInside;
  return { kind: 'closed' };
}

function isNoBlank(line: Buffer): boolean {
  return line.length > 0 && !(line.length === 1 && line[0] === 0x0d);
}

function endOf(refusal: Refusal): WatchEnd {
  const isExpired = refusal.status === 410 || refusal.reason === 'Expired' || refusal.reason === 'Gone';
  return isExpired ? { kind: 'expired', why: refusal.message } : { kind: 'refused', refusal };
}

/** The body of a refusal is small; one that is not is cut, the status alone is enough. */
async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > 1 << 20) break;
  }
  return Buffer.concat(chunks);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isSilence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UND_ERR_BODY_TIMEOUT';
}
