import { readFileSync } from 'node:fs';
import { buildSchema, graphqlSync } from 'graphql';
import { isJsonObject, type JsonValue, parseJson, stringAt, valueAt } from '../../../src/resource/json.ts';
import type { FakeAnswer, FakeCall } from './fake-host.ts';
import type { FakePull, FakeRepository } from './fake-repository.ts';
import { nodeOf } from './github-shapes.ts';

/** A part of the schema that GitHub publishes: a question or an answer that does not fit it is an error. */
const schema = buildSchema(readFileSync(new URL('../apis/github.graphql', import.meta.url), 'utf8'));

export function answerGraphql(repository: FakeRepository, call: FakeCall): FakeAnswer {
  const variables = valueAt(call.body, 'variables');
  const result = graphqlSync({
    schema,
    source: stringAt(call.body, 'query') ?? '',
    variableValues: isJsonObject(variables) ? variables : {},
    rootValue: {
      viewer: { login: call.actor },
      nodes: ({ ids }: { ids: readonly string[] }) => ids.map((id) => shown(repository, id)),
      markPullRequestReadyForReview: (args: DraftArguments) => setDraft(repository, args, false),
      convertPullRequestToDraft: (args: DraftArguments) => setDraft(repository, args, true),
    },
  });
  return { status: 200, body: parseJson(JSON.stringify(result)) };
}

interface DraftArguments {
  readonly input: { readonly pullRequestId: string };
}

function setDraft(repository: FakeRepository, { input }: DraftArguments, draft: boolean): JsonValue {
  const pull = repository.pulls.find((each) => nodeOf(each) === input.pullRequestId);
  if (pull === undefined) throw new Error('Could not resolve to a node');
  pull.draft = draft;
  return { clientMutationId: null };
}

function shown(repository: FakeRepository, id: string): unknown {
  const pull = repository.isGone ? undefined : repository.pulls.find((each) => nodeOf(each) === id);
  if (pull === undefined) return null;
  return {
    __typename: 'PullRequest',
    id,
    number: pull.number,
    title: pull.title,
    body: pull.body,
    state: pull.state.toUpperCase(),
    isDraft: pull.draft,
    isCrossRepository: false,
    headRefName: pull.branch,
    headRefOid: pull.head,
    baseRefName: pull.base,
    createdAt: pull.openedAt,
    updatedAt: pull.updatedAt,
    url: `https://forge.test/shop/web/pull/${pull.number}`,
    author: actor(pull.author),
    mergeCommit: pull.mergeCommit === null ? null : { oid: pull.mergeCommit },
    labels: { nodes: pull.labels.map((name) => ({ name })) },
    timelineItems: { nodes: closings(pull) },
  };
}

function closings({ closers }: FakePull): readonly unknown[] {
  return closers.map((login) => ({ __typename: 'ClosedEvent', actor: actor(login) }));
}

/** GraphQL leaves the `[bot]` of an App away. */
function actor(login: string): unknown {
  return { __typename: login.endsWith('[bot]') ? 'Bot' : 'User', login: login.replace('[bot]', '') };
}
