import { isUncatalogued } from '../attribute/manager-catalogue.ts';
import type { Suspect } from '../attribute/attribute.ts';
import { explained, type Explain, type Explanation, type Question } from './explanation.ts';

/** What programs leave on objects of others, told by the program and the mark together: neither alone would prove it. */
export const programMarks: readonly Explain[] = [finalizerOfProgram, markOfProgram, writtenByScaffold];

function isEngineOrController({ as }: Suspect): boolean {
  return as.class === 'controller' || as.class === 'gitops';
}

function isUnknownProgram({ entry }: Suspect): boolean {
  return isUncatalogued(entry.manager, entry.subresource);
}

/** A finalizer is a promise to clean up, which only a running program can keep. One that a person or a pipeline set is drift. */
function finalizerOfProgram(question: Question): Explanation | null {
  const { text, candidate } = question;
  if (candidate.change !== 'added' || !text.startsWith('metadata.finalizers')) return null;
  const suspects = question.suspects();
  const first = suspects[0];
  if (first === undefined || !suspects.every((each) => isEngineOrController(each) || isUnknownProgram(each)))
    return null;
  const confidence = isUnknownProgram(first) ? 'low' : 'medium';
  return explained('controller', `finalizer of ${first.entry.manager}, which must clean up first`, confidence);
}

const qualifiedMark = /^metadata\.(?:labels|annotations)\."?([^"]*\/[^"]*?)"?$/;

/** A label or annotation whose key names the program that holds it: `velero.io/backup-name` of `velero-server`. */
function markOfProgram(question: Question): Explanation | null {
  if (question.candidate.change !== 'added') return null;
  const key = qualifiedMark.exec(question.text)?.[1]?.toLowerCase();
  const suspects = question.suspects();
  const first = suspects[0];
  if (key === undefined || first === undefined) return null;
  const isOwn = suspects.every(
    (each) => isUnknownProgram(each) && wordsOf(each.entry.manager).some((word) => key.includes(word)),
  );
  return isOwn ? explained('controller', `mark of ${first.entry.manager} under its own name`, 'medium') : null;
}

/** Words that say what sort of program it is, not which. */
const sorts = new Set([
  'server',
  'client',
  'agent',
  'kube',
  'kubernetes',
  'manager',
  'main',
  'node',
  'unknown',
  'apply',
]);

function wordsOf(manager: string): readonly string[] {
  return manager
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 3 && !sorts.has(word));
}

/** The usual scaffold calls an operator's program `manager`; no person and no pipeline writes under that name. */
function writtenByScaffold(question: Question): Explanation | null {
  if (question.candidate.change !== 'added' || question.text === 'spec.replicas') return null;
  const suspects = question.suspects();
  const isScaffold =
    suspects.some(({ entry }) => entry.manager === scaffoldName) &&
    suspects.every((each) => each.entry.manager === scaffoldName || each.as.class === 'controller');
  return isScaffold ? explained('controller', 'written by an operator that kept the default name', 'low') : null;
}

/** The field manager of operators that were not given a name of their own. */
export const scaffoldName = 'manager';
