import { stringAt, valueAt } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import { actorOf, classify, unknownActor } from './attribute/attribute.ts';
import { readOwnership } from './attribute/managed-fields.ts';
import type { Sighting } from './attribute/observed-changes.ts';
import { mayBeAbsent, vanishesWhenFinished } from './describe/one-off.ts';
import { severityOfObject } from './describe/severity.ts';
import type { Actor, ResourceReport, Verdict } from './drift-report.ts';

/** A deletion that was seen: when, and the object as it was last. */
export interface Deletion {
  readonly sighting: Sighting;
  readonly last: Resource;
}

/** A declared object that is not there: missing, unless it may rightly be absent. */
export function judgeAbsent(resource: Resource, deletion: Deletion | undefined): ResourceReport {
  const excuse = mayBeAbsent(resource.body);
  if (excuse !== undefined) return wholeReport(resource, 'in-sync', { notes: [excuse] });
  if (vanishesWhenFinished(resource.body)) {
    const finished = deletion !== undefined && valueAt(deletion.last.body, 'status', 'completionTime') !== undefined;
    if (finished) return wholeReport(resource, 'in-sync', { notes: ['completed-ttl'] });
    const unseen = 'a finished Job with a time to live vanishes, and its completion was not observed';
    return { ...undeterminedReport(resource, unseen), notes: ['completed-ttl'] };
  }
  return {
    ...wholeReport(resource, 'drifted', {}),
    drift: 'missing',
    severity: severityOfObject(resource.id, 'missing'),
    actor: deletedBy(deletion),
    origin: resource.origin,
  };
}

function deletedBy(deletion: Deletion | undefined): Actor {
  const unknown = unknownActor('a deletion leaves no trace in the object');
  if (deletion === undefined) return unknown;
  const { at, since, gap } = deletion.sighting;
  return {
    ...unknown,
    at: gap ? null : at,
    notBefore: since,
    notAfter: at,
    why: 'seen to vanish; who deleted it only the audit log knows',
  };
}

/** A live object too many. */
export function extraReport(live: Resource, isOldHash: boolean): ResourceReport {
  return {
    ...wholeReport(live, 'drifted', { notes: isOldHash ? ['old-hash'] : [] }),
    drift: 'extra',
    severity: isOldHash ? 'info' : severityOfObject(live.id, 'extra'),
    actor: creatorOf(live),
    origin: null,
  };
}

/** The manager whose entry is as old as the object: it created it, or wrote to it in the same second. */
function creatorOf(live: Resource): Actor {
  const created = stringAt(live.body, 'metadata', 'creationTimestamp') ?? null;
  const ownership = readOwnership(live.body);
  const first = ownership.entries.find((entry) => entry.subresource === null && entry.time === created);
  const unknown = {
    ...unknownActor('who created it is not recorded any more'),
    at: created,
    notBefore: created,
    notAfter: created,
  };
  if (first === undefined) return unknown;
  const suspect = { entry: first, as: classify(first, ownership) };
  return {
    ...actorOf(suspect, [suspect]),
    at: created,
    notBefore: created,
    notAfter: created,
    why: `${first.manager} wrote it when it was created`,
  };
}

/** The same object declared twice with different content: there is no desired state. */
export function duplicateReport(resource: Resource, declarations: readonly string[]): ResourceReport {
  return {
    ...wholeReport(resource, 'invalid', { notes: ['duplicate-declaration'] }),
    invalid: [{ path: '', reason: `declared differently in ${declarations.join(' and ')}` }],
  };
}

/** An object at a place that belongs to another source: each would undo what the other does. */
export function foreignReport(resource: Resource, objections: readonly string[]): ResourceReport {
  return {
    ...wholeReport(resource, 'invalid', { notes: ['foreign-declaration'] }),
    invalid: objections.map((reason) => ({ path: '', reason })),
  };
}

export function undeterminedReport(resource: Resource, reason: string): ResourceReport {
  return { ...wholeReport(resource, 'undetermined', {}), undetermined: [{ path: '', reason }] };
}

function wholeReport(resource: Resource, verdict: Verdict, lists: { notes?: readonly string[] }): ResourceReport {
  const { kind, namespace, name } = resource.id;
  return {
    apiVersion: resource.apiVersion,
    kind,
    namespace,
    name,
    verdict,
    drift: null,
    differences: [],
    suppressions: [],
    pending: [],
    invalid: [],
    undetermined: [],
    notes: lists.notes ?? [],
  };
}
