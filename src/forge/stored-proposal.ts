import { arrayAt, isJsonObject, type JsonValue, parseJson, stringAt, valueAt } from '../resource/json.ts';

/** What the local forge keeps beside a branch. */
export interface StoredProposal {
  readonly base: string;
  /** Tip of the branch as Mooring last wrote it. */
  readonly commit: string;
  readonly title: string;
  readonly body: string;
  /** RFC 3339. */
  readonly openedAt: string;
  /** RFC 3339; the proposals of earlier versions have none. */
  readonly updatedAt: string | null;
  readonly labels: readonly string[];
  readonly draft: boolean;
  readonly closed: { readonly at: string; readonly reason: string } | null;
}

export function formatProposal(proposal: StoredProposal): string {
  return `${JSON.stringify({ record: 'mooring.dev/v1 proposal', ...proposal }, null, 2)}\n`;
}

/** Undefined for anything that is not a proposal: somebody else may use the same refs. */
export function parseProposal(text: string): StoredProposal | undefined {
  const value = parse(text);
  const base = stringAt(value, 'base');
  const commit = stringAt(value, 'commit');
  const title = stringAt(value, 'title');
  const body = stringAt(value, 'body');
  const openedAt = stringAt(value, 'openedAt');
  if (base === undefined || commit === undefined || !/^[\da-f]{40,64}$/.test(commit)) return undefined;
  if (title === undefined || body === undefined || openedAt === undefined) return undefined;
  const labels = arrayAt(value, 'labels').filter((label) => typeof label === 'string');
  return {
    base,
    commit,
    title,
    body,
    openedAt,
    updatedAt: stringAt(value, 'updatedAt') ?? null,
    labels,
    draft: valueAt(value, 'draft') === true,
    closed: closedOf(valueAt(value, 'closed')),
  };
}

function closedOf(value: JsonValue | undefined): StoredProposal['closed'] {
  if (!isJsonObject(value)) return null;
  return { at: stringAt(value, 'at') ?? '', reason: stringAt(value, 'reason') ?? '' };
}

function parse(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
