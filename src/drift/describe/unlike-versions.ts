import { formatPath } from '../../resource/field-path.ts';
import type { Candidate } from '../compare/candidate.ts';
import type { ReasonedPath } from '../drift-report.ts';
import { notDeclared, type Validation } from '../schema/validate.ts';

export interface Alike {
  readonly candidates: readonly Candidate[];
  readonly validation: Validation;
  readonly undetermined: readonly ReasonedPath[];
}

/** The apiVersion in Git, and the one at which live was read. */
export interface Versions {
  readonly declared: string;
  readonly read: string;
}

/**
 * A dump shows the version that its cluster prefers. What that version does not know is named differently there, not wrong, and what
 * live has beside it may be the same under the other name: only a cluster, read at the declared version, can tell.
 */
export function withoutUnlike(candidates: readonly Candidate[], validation: Validation, versions: Versions): Alike {
  if (versions.declared === versions.read) return { candidates, validation, undetermined: [] };
  const missing = validation.invalid.filter(({ reason }) => reason === notDeclared);
  const [renamed, places] = [new Set(missing.map(({ path }) => path)), new Set<string>()];
  for (const path of validation.unknown) places.add(parentOf(path));
  const isUnlike = ({ path, change }: Candidate): boolean => {
    const text = formatPath(path);
    if (change === 'removed') return validation.unknown.has(text);
    return change === 'added' && (renamed.has(text) || places.has(parentOf(text)));
  };
  const unlike = candidates.filter(isUnlike);
  const reason = `declared at ${versions.declared} and read at ${versions.read}, which names it differently`;
  return {
    candidates: candidates.filter((candidate) => !unlike.includes(candidate)),
    validation: { ...validation, invalid: validation.invalid.filter((problem) => !missing.includes(problem)) },
    undetermined: unlike.map(({ path }) => ({ path: formatPath(path), reason })),
  };
}

/** Of members of a struct, whose names need no quotes. */
function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}
