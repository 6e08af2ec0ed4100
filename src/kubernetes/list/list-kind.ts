import { arrayAt, isJsonObject, type JsonObject, type JsonValue, parseJson, stringAt } from '../../resource/json.ts';
import { foldManagedFields } from '../../resource/managed-fields.ts';
import { SharedStrings } from '../../resource/shared-strings.ts';
import type { KubernetesConnection } from '../connection/kubernetes-connection.ts';
import { type Refusal, readRefusal } from '../connection/kubernetes-errors.ts';
import type { ServedKind } from '../discovery/served-kind.ts';
import { type LiveObject, readLiveObject } from './live-object.ts';

export interface ListOptions {
  /** Only metadata, without spec, status and data. */
  readonly metadataOnly: boolean;
  /** Waits for a turn to parse, so that pages of several kinds never block the event loop back to back. */
  readonly takeTurn: () => Promise<void>;
  readonly pageSize?: number;
  /** Objects that are read once and let go need not be made small first. Default true. */
  readonly compact?: boolean;
  /** What of an object is worth holding, or undefined for all of it. */
  readonly outline?: (body: JsonObject) => JsonObject | undefined;
}

export type ListOutcome =
  | {
      readonly kind: 'listed';
      readonly objects: readonly LiveObject[];
      /** The version of the collection to watch from. */
      readonly version: string;
      /** Items that are no usable objects (no name, another kind). */
      readonly poisoned: number;
      readonly bytes: number;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const defaultPageSize = 500;
const restartsWhilePaged = 3;
const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * All objects of a kind at one moment, in pages. A continue token that expires half way restarts the list; after three of
 * those it is read in one piece. Never resolves with a part of it. Throws AppError when the server does not answer.
 */
export async function listKind(
  connection: KubernetesConnection,
  served: ServedKind,
  options: ListOptions,
  signal: AbortSignal,
): Promise<ListOutcome> {
  for (let attempt = 0; ; attempt += 1) {
    const pageSize = attempt < restartsWhilePaged ? (options.pageSize ?? defaultPageSize) : 0;
    const outcome = await listOnce({ connection, served, options }, pageSize, signal);
    if (outcome !== 'expired') return outcome;
  }
}

interface ListSubject {
  readonly connection: KubernetesConnection;
  readonly served: ServedKind;
  readonly options: ListOptions;
}

async function listOnce(subject: ListSubject, pageSize: number, signal: AbortSignal): Promise<ListOutcome | 'expired'> {
  const { connection, served, options } = subject;
  const objects: LiveObject[] = [];
  const strings = new SharedStrings({ areCut: false });
  let [version, token, poisoned, bytes] = ['', '', 0, 0];
  do {
    const path = pagePath(served, pageSize, token);
    const accept = options.metadataOnly ? { accept: metadataList } : {};
    const answer = await connection.send({ path, ...accept }, signal);
    if (answer.status === 410 && token !== '') return 'expired';
    if (answer.status !== 200) {
      return { kind: 'refused', refusal: readRefusal(answer.status, answer.header('retry-after'), answer.body) };
    }
    await options.takeTurn();
    const page = parsePage(answer.body);
    if (page === undefined) return { kind: 'refused', refusal: notAList(answer.body) };
    for (const item of arrayAt(page, 'items')) {
      const outline = isJsonObject(item) ? options.outline?.(item) : undefined;
      const held = outline ?? item;
      const small = options.compact === false ? held : compact(held, strings);
      const object = readLiveObject(small, served, outline !== undefined);
      if (object === undefined) poisoned += 1;
      else objects.push(object);
    }
    bytes += answer.body.length;
    version = stringAt(page, 'metadata', 'resourceVersion') ?? version;
    token = stringAt(page, 'metadata', 'continue') ?? '';
  } while (token !== '');
  return { kind: 'listed', objects, version, poisoned, bytes };
}

function compact(item: JsonValue, strings: SharedStrings): JsonValue {
  if (!isJsonObject(item)) return item;
  const folded = foldManagedFields(item);
  strings.share(folded);
  return folded;
}

function pagePath(served: ServedKind, pageSize: number, token: string): string {
  const query = new URLSearchParams();
  if (pageSize > 0) query.set('limit', String(pageSize));
  if (token !== '') query.set('continue', token);
  return query.size === 0 ? served.path : `${served.path}?${query.toString()}`;
}

/** A list, or undefined for anything else: a proxy's HTML page, an empty body, half a document, a Table. */
function parsePage(body: Buffer): JsonValue | undefined {
  try {
    const page = parseJson(body.toString('utf8'));
    return stringAt(page, 'kind')?.endsWith('List') === true ? page : undefined;
  } catch {
    return undefined;
  }
}

function notAList(body: Buffer): Refusal {
  const message = body.length === 0 ? 'the answer was empty' : 'the answer was no list of objects';
  return { status: 502, reason: 'NotAList', message, retryAfterMs: null };
}
