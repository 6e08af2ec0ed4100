import type { Actor, ActorClass } from '../drift/drift-report.ts';
import { printable } from './printable.ts';

const classWords: Readonly<Record<ActorClass, string>> = {
  human: 'a person',
  'human-operational': 'a person, operating',
  'human-or-ci': 'a person or a pipeline',
  ci: 'a pipeline',
  gitops: 'a GitOps tool',
  controller: 'a controller',
  platform: 'the platform',
  'admission-suspected': 'probably an admission webhook',
  suspicious: 'suspicious: not how this name usually writes',
  unknown: 'unknown',
};

/** "kubectl-edit (a person)". */
export function describeActor(actor: Actor): string {
  if (actor.manager === null) return actor.class === 'unknown' ? 'nobody known' : classWords[actor.class];
  return `${printable(actor.manager)} (${classWords[actor.class]})`;
}

/** "since 2 h ago (2026-11-01 10:02:11 UTC)", or the bounds when nobody saw the moment; `now` is RFC 3339. */
export function describeSince(actor: Actor, now: string): string {
  if (actor.at !== null) return `at ${moment(actor.at, now)}`;
  if (actor.notBefore !== null && actor.notAfter !== null) {
    if (actor.notBefore === actor.notAfter) return `at ${moment(actor.notAfter, now)}`;
    return `between ${clock(actor.notBefore)} and ${moment(actor.notAfter, now)}`;
  }
  if (actor.notAfter !== null) return `no later than ${moment(actor.notAfter, now)}`;
  if (actor.notBefore !== null) return `after ${moment(actor.notBefore, now)}`;
  return 'nobody saw when';
}

function moment(at: string, now: string): string {
  return `${clock(at)}, ${ago(at, now)}`;
}

function clock(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return printable(at);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** "3 h ago"; whole units, rounded down. */
export function ago(at: string, now: string): string {
  const seconds = Math.floor((Date.parse(now) - Date.parse(at)) / 1000);
  if (!Number.isFinite(seconds)) return 'at an unknown time';
  if (seconds < 1) return 'just now';
  for (const [size, unit] of units) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  }
  return 'just now';
}
