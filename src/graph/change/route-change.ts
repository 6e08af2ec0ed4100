import {
  arrayAt,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
} from '../../resource/json.ts';
import { touchesContent } from './config-change.ts';
import type { ObjectChange, Reached } from './object-change.ts';

const shownEntries = 3;

/**
 * A changed Ingress, HTTPRoute, GRPCRoute or VirtualService, by what it answers for: a host and path that is gone answers nobody, one that
 * leads elsewhere may. Null: hosts and paths are the same, and what else changed has no rule of its own.
 */
export function reachedByRoute(change: ObjectChange, id: string): Reached | null {
  if (change.change !== 'changed' || !touchesContent(change)) return null;
  const [was, is] = [change.before, change.after].map((side) => entriesOf(change.id.kind, side?.body));
  if (was === undefined || is === undefined) return null;
  const gone = [...was.keys()].filter((entry) => !is.has(entry));
  const moved = [...was].filter(([entry, target]) => is.has(entry) && is.get(entry) !== target).map(([entry]) => entry);
  const come = [...is.keys()].filter((entry) => !was.has(entry));
  const live = { id, sees: 'live', since: change.at } as const;
  if (gone.length > 0) {
    const isWhole = gone.length === was.size;
    return { ...live, why: `no longer answers for ${listed(gone)}`, breaks: isWhole ? 0.95 : 0.6, notices: 0.97 };
  }
  if (moved.length > 0) return { ...live, why: `leads ${listed(moved)} elsewhere`, breaks: 0.4, notices: 0.8 };
  if (come.length === 0) return null;
  // A new and longer path may take requests from an old one.
  return { ...live, why: `answers for ${listed(come)} too`, breaks: 0.05, notices: 0.2 };
}

function listed(entries: readonly string[]): string {
  const more = entries.length - shownEntries;
  return `${entries.slice(0, shownEntries).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** `host path` to where it leads. */
function entriesOf(kind: string, body: JsonObject | undefined): ReadonlyMap<string, string> {
  const spec = objectAt(body, 'spec');
  if (kind === 'Ingress') return ofIngress(spec);
  if (kind === 'VirtualService') return ofVirtualService(spec);
  return ofGatewayRoute(spec);
}

function ofIngress(spec: JsonObject | undefined): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const rule of arrayAt(spec, 'rules'))
    for (const path of arrayAt(rule, 'http', 'paths'))
      entries.set(entry(stringAt(rule, 'host'), stringAt(path, 'path')), text(objectAt(path, 'backend')));
  const preset = objectAt(spec, 'defaultBackend') ?? objectAt(spec, 'backend');
  if (preset !== undefined) entries.set('everything else', text(preset));
  return entries;
}

function ofGatewayRoute(spec: JsonObject | undefined): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const host of hostsOf(spec, 'hostnames'))
    for (const rule of arrayAt(spec, 'rules'))
      for (const match of orAny(arrayAt(rule, 'matches')))
        put(entries, entry(host, pathOf(match)), text(arrayAt(rule, 'backendRefs')));
  return entries;
}

function pathOf(match: JsonValue | undefined): string | undefined {
  return stringAt(match, 'path', 'value') ?? stringAt(match, 'method', 'service');
}

function ofVirtualService(spec: JsonObject | undefined): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const host of hostsOf(spec, 'hosts'))
    for (const rule of arrayAt(spec, 'http'))
      for (const match of orAny(arrayAt(rule, 'match'))) {
        const uri = objectAt(match, 'uri');
        const path = stringAt(uri, 'prefix') ?? stringAt(uri, 'exact') ?? stringAt(uri, 'regex');
        put(entries, entry(host, path), text([...arrayAt(rule, 'route'), objectAt(rule, 'redirect') ?? null]));
      }
  return entries;
}

/** Rules that differ only by method or header share a host and a path; together they lead to all of their targets. */
function put(entries: Map<string, string>, key: string, target: string): void {
  const known = entries.get(key);
  entries.set(key, known === undefined ? target : `${known} ${target}`);
}

function hostsOf(spec: JsonObject | undefined, field: string): readonly string[] {
  const hosts = arrayAt(spec, field).filter((host) => typeof host === 'string');
  return hosts.length === 0 ? ['*'] : hosts;
}

function orAny(matches: readonly JsonValue[]): readonly (JsonValue | undefined)[] {
  return matches.length === 0 ? [undefined] : matches;
}

function entry(host: string | undefined, path: string | undefined): string {
  return `${host ?? '*'}${path ?? '/'}`;
}

const targetWords: ReadonlySet<string> = new Set(
  'name number port host subset serviceName servicePort uri authority namespace'.split(' '),
);

/** Where something leads, without what the server fills in by itself (`weight: 1`, `kind: Service`). */
function text(value: JsonValue | undefined): string {
  if (isJsonArray(value)) return value.map(text).join(' ');
  if (!isJsonObject(value)) return '';
  return Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, part]) => {
      if (isJsonArray(part) || isJsonObject(part)) return text(part);
      return targetWords.has(key) ? `${key} ${String(part)}` : '';
    })
    .filter((part) => part !== '')
    .join(' ');
}
