import { type FieldPath, field, formatPath } from '../../resource/field-path.ts';
import { isJsonObject, type JsonObject } from '../../resource/json.ts';
import { holdsCiphertext, isCiphertext } from '../../resource/sops.ts';
import type { Candidate } from '../compare/candidate.ts';
import type { ReasonedPath } from '../drift-report.ts';
import { base64OfText } from '../normalise/prepare.ts';

export interface Readable {
  readonly candidates: readonly Candidate[];
  readonly undetermined: readonly ReasonedPath[];
}

const reason = 'SOPS encrypted it and Mooring holds no key: that it is there was compared, its value was not';

/**
 * Takes out what cannot be judged without the key. A key that is missing, and a live value that is the ciphertext itself, can be; so
 * can everything around it. A list with encrypted elements is one thing, since nobody can tell which is which.
 */
export function withoutEncrypted(candidates: readonly Candidate[], desired: JsonObject): Readable {
  const unread = new Set<string>();
  for (const candidate of candidates) {
    const list = blurredList(candidate);
    if (list !== undefined) unread.add(formatPath(list));
  }
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    const path = formatPath(candidate.path);
    if (isWithin(path, unread)) continue;
    if (candidate.change !== 'changed' || !isCiphertext(candidate.desired)) kept.push(candidate);
    else if (isStillEncrypted(candidate)) kept.push({ ...candidate, notes: [...candidate.notes, 'still-encrypted'] });
    else unread.add(path);
  }
  const told = [...unread, ...kept.map(({ path }) => formatPath(path))];
  for (const path of encryptedPaths(desired, [])) {
    if (!told.some((each) => isWithin(each, [path]) || isWithin(path, [each]))) unread.add(path);
  }
  return { candidates: kept, undetermined: [...unread].map((path) => ({ path, reason })) };
}

const generated = 'it follows from a file that SOPS encrypted, and Mooring holds no key';

/** The same for what was generated from encrypted files, where nothing of the result is marked. */
export function withoutGenerated(
  candidates: readonly Candidate[],
  isExplained: (candidate: Candidate) => boolean,
): Readable {
  const hidden = candidates.filter(isExplained);
  if (hidden.length === 0) return { candidates, undetermined: [] };
  return {
    candidates: candidates.filter((candidate) => !hidden.includes(candidate)),
    undetermined: hidden.map(({ path }) => ({ path: formatPath(path), reason: generated })),
  };
}

function isWithin(path: string, parents: Iterable<string>): boolean {
  for (const parent of parents)
    if (path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`)) return true;
  return false;
}

/** The list whose elements cannot be told apart: by an encrypted key, or because they are ciphertexts themselves. */
function blurredList({ path, desired, change }: Candidate): FieldPath | undefined {
  const at = path.findIndex(
    (segment) =>
      (segment.kind === 'value' && isCiphertext(segment.value)) ||
      (segment.kind === 'keys' && segment.keys.some(([, value]) => isCiphertext(value))),
  );
  if (at >= 0) return path.slice(0, at);
  if (path.at(-1)?.kind === 'index' && holdsCiphertext(desired)) return path.slice(0, -1);
  return change === 'changed' && Array.isArray(desired) && holdsCiphertext(desired) ? path : undefined;
}

/** What was applied is the file as it lies in Git: nothing decrypted it. */
function isStillEncrypted({ desired, live }: Candidate): boolean {
  return typeof desired === 'string' && (live === desired || live === base64OfText(desired));
}

/** Where ciphertexts stand, down to the first list. */
function encryptedPaths(body: JsonObject, above: FieldPath): readonly string[] {
  return Object.entries(body).flatMap(([key, value]) => {
    const path = [...above, field(key)];
    if (isJsonObject(value)) return encryptedPaths(value, path);
    return holdsCiphertext(value) ? [formatPath(path)] : [];
  });
}
