import { isJsonArray, type JsonValue, stringAt } from '../../resource/json.ts';
import type { Comment, Conversation } from '../../rollback/conversation.ts';
import { callRepository, type GiteaRepository, numberAt, part } from './gitea-api.ts';

/** Comments of pull requests. Those of the token's own account are Mooring's. */
export function giteaConversation(repository: GiteaRepository): Conversation {
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
export async function sayOnce(repository: GiteaRepository, words: Words, signal: AbortSignal): Promise<void> {
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

async function listComments(repository: GiteaRepository, id: string, signal: AbortSignal): Promise<readonly Comment[]> {
  const comments = await readComments(repository, id, signal);
  const account = await repository.account(signal);
  const strangers = comments.some((comment) => authorOf(comment) !== account);
  const writers = strangers ? await readWriters(repository, signal) : new Set<string>();
  return comments.flatMap((comment) => {
    const author = authorOf(comment);
    const at = stringAt(comment, 'updated_at') ?? stringAt(comment, 'created_at');
    if (author === '' || at === undefined) return [];
    const own = author === account;
    const text = textOf(comment);
    return {
      id: String(numberAt(comment, 'id') ?? 0),
      author,
      body: own ? text.replace(mark, '') : text,
      at: new Date(at).toISOString(),
      own,
      mayWrite: own || writers.has(author),
    };
  });
}

/**
 * Who may be given work here, which on Gitea is who may write. The rights of one person are told to administrators of the repository only,
 * and Mooring's account should be none.
 */
async function readWriters(repository: GiteaRepository, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { value } = await callRepository(repository, { method: 'GET', path: 'assignees' }, signal);
  return new Set(isJsonArray(value) ? value.flatMap((user) => stringAt(user, 'login') ?? []) : []);
}

/** Oldest first; Gitea gives all of them at once. */
async function readComments(
  repository: GiteaRepository,
  id: string,
  signal: AbortSignal,
): Promise<readonly JsonValue[]> {
  const path = `issues/${part(id)}/comments`;
  const { value } = await callRepository(repository, { method: 'GET', path }, signal);
  return isJsonArray(value) ? value.toSorted((a, b) => (numberAt(a, 'id') ?? 0) - (numberAt(b, 'id') ?? 0)) : [];
}

function authorOf(comment: JsonValue): string {
  return stringAt(comment, 'user', 'login') ?? '';
}

function textOf(comment: JsonValue): string {
  return (stringAt(comment, 'body') ?? '').replaceAll('\r\n', '\n');
}
