import { type JsonValue, stringAt } from '../../resource/json.ts';
import type { Comment, Conversation } from '../../rollback/conversation.ts';
import { callRepository, everyPage, type GitHubRepository, numberAt, part } from './github-api.ts';

/** Comments of pull requests. Those of the token's own account are Mooring's. */
export function githubConversation(repository: GitHubRepository): Conversation {
  return {
    list: (id, signal) => listComments(repository, id, signal),
    say: (id, topic, text, signal) => sayOnce(repository, { number: Number(id), topic, text }, signal),
  };
}

const mark = /^<!-- mooring topic ([a-z\d-]+) -->\n/;

interface Words {
  readonly number: number;
  readonly topic: string;
  readonly text: string;
}

/** One comment on each topic, edited in place. */
export async function sayOnce(repository: GitHubRepository, words: Words, signal: AbortSignal): Promise<void> {
  const { number, topic, text } = words;
  const account = await repository.account(signal);
  const said = (await readComments(repository, String(number), signal)).find(
    (comment) => authorOf(comment) === account && mark.exec(textOf(comment))?.[1] === topic,
  );
  const body = { body: `<!-- mooring topic ${topic} -->\n${text}` };
  if (said === undefined) {
    await callRepository(repository, { method: 'POST', path: `issues/${number}/comments`, body }, signal);
    return;
  }
  if (textOf(said) === body.body) return;
  const path = `issues/comments/${numberAt(said, 'id') ?? 0}`;
  await callRepository(repository, { method: 'PATCH', path, body }, signal);
}

async function listComments(
  repository: GitHubRepository,
  id: string,
  signal: AbortSignal,
): Promise<readonly Comment[]> {
  const comments = await readComments(repository, id, signal);
  const account = await repository.account(signal);
  const rights = new Map<string, boolean | null>([[account, true]]);
  const read: Comment[] = [];
  for (const comment of comments) {
    const author = authorOf(comment);
    const at = stringAt(comment, 'updated_at');
    if (author === '' || at === undefined) continue;
    if (!rights.has(author)) rights.set(author, await mayWrite(repository, author, signal));
    const own = author === account;
    const text = textOf(comment);
    read.push({
      id: String(numberAt(comment, 'id') ?? 0),
      author,
      body: own ? text.replace(mark, '') : text,
      at: new Date(at).toISOString(),
      own,
      mayWrite: rights.get(author) ?? null,
    });
  }
  return read;
}

/** `maintain` is told as `write`. Null when the token may not ask. */
async function mayWrite(repository: GitHubRepository, login: string, signal: AbortSignal): Promise<boolean | null> {
  const path = `collaborators/${part(login)}/permission`;
  const { status, value } = await callRepository(repository, { method: 'GET', path, accept: [403, 404] }, signal);
  if (status === 403) return null;
  return ['admin', 'write'].includes(stringAt(value, 'permission') ?? '');
}

/** Oldest first. */
async function readComments(
  repository: GitHubRepository,
  id: string,
  signal: AbortSignal,
): Promise<readonly JsonValue[]> {
  const comments = await everyPage(repository, `issues/${part(id)}/comments`, {}, signal);
  return comments.toSorted((a, b) => (numberAt(a, 'id') ?? 0) - (numberAt(b, 'id') ?? 0));
}

function authorOf(comment: JsonValue): string {
  return stringAt(comment, 'user', 'login') ?? '';
}

function textOf(comment: JsonValue): string {
  return (stringAt(comment, 'body') ?? '').replaceAll('\r\n', '\n');
}
