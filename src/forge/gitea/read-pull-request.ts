import { type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import type { PullRequest } from '../../rollback/pull-requests.ts';
import { namesAt, numberAt } from './gitea-api.ts';

/** A pull request with what only the adapter wants to know of it. */
export interface SeenPullRequest extends PullRequest {
  readonly number: number;
  /** Its body says that Mooring closed it, whatever became of it later. */
  readonly closedByMooring: boolean;
}

/** Gitea takes a title with this in front for one of a draft; it knows no other way. */
export const draftPrefix = 'WIP: ';
const closedMark = '<!-- mooring closed -->';

/** The body that says that Mooring closes it, written in the same call that closes. */
export function closedBody(body: string): string {
  return `${body.trimEnd()}\n${closedMark}\n`;
}

/** Undefined for what is no pull request of a branch of this repository. */
export function readPullRequest(value: JsonValue): SeenPullRequest | undefined {
  const number = numberAt(value, 'number');
  const branch = branchOf(value);
  const base = stringAt(value, 'base', 'ref');
  const openedAt = stringAt(value, 'created_at');
  if (number === undefined || branch === undefined || base === undefined || openedAt === undefined) return undefined;
  return {
    id: String(number),
    number,
    branch,
    base,
    ...readText(value),
    ...readState(value),
    labels: namesAt(value, 'labels', 'name'),
    commit: stringAt(value, 'head', 'sha') ?? '',
    openedAt: new Date(openedAt).toISOString(),
    updatedAt: new Date(stringAt(value, 'updated_at') ?? openedAt).toISOString(),
    link: stringAt(value, 'html_url') ?? '',
  };
}

function readText(value: JsonValue): Pick<SeenPullRequest, 'title' | 'body' | 'draft' | 'closedByMooring'> {
  const written = (stringAt(value, 'body') ?? '').replaceAll('\r\n', '\n');
  const draft = valueAt(value, 'draft') === true;
  const title = stringAt(value, 'title') ?? '';
  return {
    title: draft ? title.replace(/^\s*(?:wip:|\[wip\])\s*/i, '') : title,
    body: written.replaceAll(`${closedMark}\n`, '').replaceAll(closedMark, ''),
    draft,
    closedByMooring: written.includes(closedMark),
  };
}

function readState(value: JsonValue): Pick<SeenPullRequest, 'state' | 'closedByPerson' | 'reopened' | 'mergeCommit'> {
  const { closedByMooring } = readText(value);
  const merged = valueAt(value, 'merged') === true;
  const mergeCommit = merged ? (stringAt(value, 'merge_commit_sha') ?? null) : null;
  if (stringAt(value, 'state') === 'open')
    return { state: 'open', closedByPerson: false, reopened: closedByMooring, mergeCommit };
  const state = merged ? 'merged' : 'closed';
  return { state, closedByPerson: !merged && !closedByMooring, reopened: false, mergeCommit };
}

/** When the branch is gone `ref` is that of the pull request itself; the label keeps the name. One of a fork has an owner in its label. */
function branchOf(value: JsonValue): string | undefined {
  const fork = numberAt(value, 'head', 'repo_id') !== numberAt(value, 'base', 'repo_id');
  const ref = stringAt(value, 'head', 'ref') ?? '';
  if (!ref.startsWith('refs/')) return fork ? undefined : ref;
  const label = stringAt(value, 'head', 'label');
  return label === undefined || label.startsWith('refs/') ? undefined : label;
}
