import { formatResourceId } from '../resource/resource-id.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import type { EpisodeChange } from './episode.ts';

/** Text to hex digest; given by the caller, so that deciding stays a pure function. */
export type Hash = (text: string) => string;

export interface DriftKey {
  readonly resource: ResourceId;
  readonly path: string;
  readonly change: EpisodeChange;
}

/** The same for every recurrence of one drift, on every machine. Values and actors are no part of it: a second edit is the same drift. */
export function episodeFingerprint(hash: Hash, key: DriftKey): string {
  return hash(`${formatResourceId(key.resource)}\n${key.path}\n${key.change}`).slice(0, 16);
}

/** `7f3a…-2` is the second time of that fingerprint. */
export function episodeId(fingerprint: string, recurrence: number): string {
  return `${fingerprint}-${recurrence}`;
}
