import { isGoRewriteOfDuration } from '../normalise/duration.ts';
import { explained, type Explain, heldByPerson } from './explanation.ts';

/**
 * Durations without a format in the schema (metav1.Duration is plain text in a CRD) come back as Go prints them. Only that exact
 * form counts, and only where no person holds the field.
 */
export const explainRewrite: Explain = (question) => {
  const { candidate } = question;
  if (
    candidate.change !== 'changed' ||
    !isGoRewriteOfDuration(candidate.desired, candidate.live) ||
    heldByPerson(question)
  )
    return null;
  return explained('server', 'the same duration as Go prints it', 'medium');
};
