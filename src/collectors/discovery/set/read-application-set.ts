import type { Resource } from '../../../resource/resource.ts';
import type { Gap } from '../../../resource/snapshot.ts';
import type { GitAnswer, GitQuestion } from '../discovered-source.ts';

export interface SetInput {
  readonly sets: readonly Resource[];
  /** The Applications that exist. */
  readonly live: readonly Resource[];
  readonly answers: ReadonlyMap<string, GitAnswer>;
}

export interface SetReading {
  /** Applications that the sets call for and that do not exist. */
  readonly applications: readonly Resource[];
  readonly gaps: readonly Gap[];
  readonly questions: readonly GitQuestion[];
}

export function readApplicationSets(_input: SetInput): SetReading {
  return { applications: [], gaps: [], questions: [] };
}
