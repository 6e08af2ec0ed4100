import { arrayAt, isJsonObject, type JsonObject, stringAt, valueAt } from '../../resource/json.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { Actor, ActorClass, ResourceReport } from '../drift-report.ts';

/** One finished write as the audit log of the API server tells it. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly verb: string;
  readonly user: string;
  readonly userAgent: string;
  readonly group: string;
  /** Plural, as in a path of the API. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

const writes = new Set(['create', 'update', 'patch', 'delete']);
const longestText = 200;

/** The writes of an `audit.k8s.io/v1` EventList that were carried out; undefined when it is no such list. Never throws. */
export function readAuditEvents(list: unknown): readonly AuditEntry[] | undefined {
  if (!isJsonObject(list)) return undefined;
  if (list['kind'] !== 'EventList' || list['apiVersion'] !== 'audit.k8s.io/v1') return undefined;
  if (!Array.isArray(list['items'])) return undefined;
  return arrayAt(list, 'items').flatMap((event) => (isJsonObject(event) ? (readEvent(event) ?? []) : []));
}

function readEvent(event: JsonObject): AuditEntry | undefined {
  const verb = stringAt(event, 'verb') ?? '';
  const at = Date.parse(stringAt(event, 'stageTimestamp') ?? '');
  const [user, name] = [stringAt(event, 'user', 'username'), stringAt(event, 'objectRef', 'name')];
  const status = valueAt(event, 'responseStatus', 'code');
  const isRefused = typeof status === 'number' && status >= 400;
  const isTrial = /[?&]dryRun=/.test(stringAt(event, 'requestURI') ?? '');
  if (stringAt(event, 'stage') !== 'ResponseComplete' || !writes.has(verb) || isRefused || isTrial) return undefined;
  if (Number.isNaN(at) || user === undefined || user === '' || name === undefined) return undefined;
  const reference = (field: string): string => stringAt(event, 'objectRef', field) ?? '';
  return {
    at,
    verb,
    user: user.slice(0, longestText),
    userAgent: (stringAt(event, 'userAgent') ?? '').slice(0, longestText),
    group: reference('apiGroup'),
    resource: reference('resource'),
    namespace: reference('namespace'),
    name,
    subresource: reference('subresource'),
  };
}

const mostEntries = 10_000;
const longestAge = 3_600_000;
const slack = 5_000;

/** The last writes of the audit log: at most 10,000, none an hour older than the newest. */
export class AuditedWriters {
  #entries: readonly AuditEntry[] = [];
  #byName = new Map<string, AuditEntry[]>();

  learn(entries: readonly AuditEntry[]): void {
    const all = [...this.#entries, ...entries];
    const newest = all.reduce((latest, { at }) => Math.max(latest, at), 0);
    this.#entries = all.filter(({ at }) => at >= newest - longestAge).slice(-mostEntries);
    this.#byName = Map.groupBy(this.#entries, nameOf);
  }

  /** The report with the person or account behind each difference, where the log leaves no doubt. */
  sign(report: ResourceReport, id: ResourceId): ResourceReport {
    const entries = (this.#byName.get(nameOf(id)) ?? []).filter(({ resource }) => isPluralOf(resource, id.kind));
    if (entries.length === 0) return report;
    const { actor, drift } = report;
    const fitting = entries.filter(({ verb }) => (verb === 'delete') === (drift === 'missing'));
    return {
      ...report,
      ...(actor === undefined ? {} : { actor: signed(actor, fitting) }),
      differences: report.differences.map((difference) => ({
        ...difference,
        actor: signed(difference.actor, fitting),
      })),
    };
  }
}

/** Whether an entry may be about the object. */
export function isAbout(entry: AuditEntry, id: ResourceId): boolean {
  return nameOf(entry) === nameOf(id) && isPluralOf(entry.resource, id.kind);
}

function nameOf({ group, namespace, name }: Pick<ResourceId, 'group' | 'namespace' | 'name'>): string {
  return `${group}/${namespace}/${name}`;
}

/** `networkpolicies` for NetworkPolicy, `ingresses` for Ingress. */
function isPluralOf(resource: string, kind: string): boolean {
  const word = kind.toLowerCase();
  return [word, `${word}s`, `${word}es`, word.replace(/y$/, 'ies')].includes(resource);
}

/** Two people who wrote within the same seconds are nobody that could be named. */
function signed(actor: Actor, entries: readonly AuditEntry[]): Actor {
  const moment = actor.at ?? actor.notAfter;
  if (moment === null) return actor;
  const end = Date.parse(moment);
  const start = actor.at === null && actor.notBefore !== null ? Date.parse(actor.notBefore) : end;
  const near = entries.filter(
    ({ at, subresource }) => at >= start - slack && at <= end + slack && isSamePart(subresource, actor),
  );
  const sameProgram = near.filter(({ userAgent }) => isProgramOf(userAgent, actor.manager));
  const candidates = sameProgram.length > 0 ? sameProgram : near;
  const [entry] = candidates;
  if (entry === undefined || candidates.some(({ user }) => user !== entry.user)) return actor;
  const { user, userAgent } = entry;
  return {
    ...actor,
    class: classOfUser(user, actor.class),
    confidence: 'high',
    user,
    why: `${actor.why}; the audit log names ${user}${userAgent === '' ? '' : ` (${userAgent})`}`,
  };
}

/** Whoever owns a field of no subresource may have written through one (`scale`), but never through `status`. */
function isSamePart(subresource: string, actor: Actor): boolean {
  return actor.subresource === null ? subresource !== 'status' : subresource === actor.subresource;
}

/** The server names a manager after the program where the request does not: `kubectl-edit` comes from `kubectl/v1.36`. */
function isProgramOf(userAgent: string, manager: string | null): boolean {
  const program = userAgent.split(/[/ ]/, 1)[0] ?? '';
  return program !== '' && manager !== null && (manager === program || manager.startsWith(`${program}-`));
}

function classOfUser(user: string, known: ActorClass): ActorClass {
  if (known === 'suspicious') return known;
  const [, namespace] = /^system:serviceaccount:([^:]*):/.exec(user) ?? [];
  if (namespace !== undefined && /^ci(?:-|$)/.test(namespace)) return 'ci';
  if (user.startsWith('system:')) return known === 'gitops' || known === 'platform' ? known : 'controller';
  return 'human';
}
