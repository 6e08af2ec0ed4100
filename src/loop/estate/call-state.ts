/** How a source of traffic fares. */
export interface CallState {
  readonly source: string;
  /** Whether the last look brought an answer; null before the first. */
  readonly isUp: boolean | null;
  /** RFC 3339, of the last look that told of calls, also in an earlier run; null when none ever did. */
  readonly readAt: string | null;
  readonly why: string | null;
  /** Edges of its calls that were seen at the last look, edges that are quiet, and calls with an end that is not in the graph. */
  readonly fresh: number;
  readonly aged: number;
  readonly unresolved: number;
}

/** What of it people must know who look at the graph. */
export function sentencesOf({ source, isUp, readAt, why, unresolved }: CallState): readonly string[] {
  const sentences: string[] = [];
  const known = readAt === null ? 'nothing was ever read' : `what it told until ${readAt} goes on to count, and fades`;
  if (isUp === false) sentences.push(`traffic of ${source}: ${why ?? 'it does not answer'}; ${known}`);
  else if (isUp === true && why !== null) sentences.push(`traffic of ${source}: ${why}; ${known}`);
  if (unresolved > 0) sentences.push(`traffic of ${source}: ${unresolved} calls have an end that is not in the graph`);
  return sentences;
}
