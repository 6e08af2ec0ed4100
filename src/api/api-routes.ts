import { z } from 'zod';
import { AppError } from '../errors/app-error.ts';
import type { ApiQueries } from './api-queries.ts';
import { selectReport } from './select-report.ts';
import { toStatusDocument } from './status-document.ts';

/** One documented route. `answer` gets parameters that `parameters` has parsed already. */
export interface ApiRoute {
  readonly path: string;
  readonly summary: string;
  readonly parameters: z.ZodObject;
  /** `kind` of the document that it answers with. */
  readonly answers: string;
  answer(queries: ApiQueries, parameters: unknown): Promise<unknown>;
}

const limit = z.coerce.number().int().min(1).max(1000).default(100);
const word = z.string().min(1).max(300);

/** Keeps the parameters of one route typed, although the table holds them all. */
function route<T extends z.ZodObject>(parts: {
  readonly path: string;
  readonly summary: string;
  readonly parameters: T;
  readonly answers: string;
  answer(queries: ApiQueries, parameters: z.output<T>): unknown;
}): ApiRoute {
  return { ...parts, answer: async (queries, parameters) => parts.answer(queries, parts.parameters.parse(parameters)) };
}

export const apiRoutes: readonly ApiRoute[] = [
  route({
    path: '/api/v1/status',
    summary: 'What Mooring watches, how current that is, and what troubles it.',
    parameters: z.strictObject({}),
    answers: 'Status',
    answer: (queries) => toStatusDocument(queries.status()),
  }),
  route({
    path: '/api/v1/audit',
    summary: 'The whole audit report as of the last round.',
    parameters: z.strictObject({
      verdict: z.enum(['in-sync', 'drifted', 'pending', 'invalid', 'undetermined']).optional(),
      namespace: word.optional(),
      kind: word.optional(),
    }),
    answers: 'AuditReport',
    answer: (queries, filter) => selectReport(known(queries.report(), 'the audit report'), filter),
  }),
  route({
    path: '/api/v1/episodes',
    summary: 'Episodes of drift, newest first.',
    parameters: z.strictObject({ state: z.enum(['open', 'resolved']).optional(), resource: word.optional(), limit }),
    answers: 'EpisodeList',
    answer: async (queries, { state, resource, limit: most }) => ({
      ...header('EpisodeList'),
      items: await queries.episodes({
        limit: most,
        ...(state === undefined ? {} : { state }),
        ...(resource === undefined ? {} : { resource }),
      }),
    }),
  }),
  route({
    path: '/api/v1/episodes/:id',
    summary: 'One episode, by its id or the beginning of it.',
    parameters: z.strictObject({ id: word }),
    answers: 'Episode',
    answer: async (queries, { id }) => {
      const episode = await queries.episode(id);
      if (episode !== null) return { ...header('Episode'), ...episode };
      throw noEpisode(id);
    },
  }),
  route({
    path: '/api/v1/deliveries',
    summary: 'Notifications with their attempts, newest first.',
    parameters: z.strictObject({ state: z.enum(['waiting', 'delivered', 'dead']).optional(), limit }),
    answers: 'DeliveryList',
    answer: async (queries, { state, limit: most }) => ({
      ...header('DeliveryList'),
      items: await queries.deliveries(state ?? null, most),
    }),
  }),
  route({
    path: '/api/v1/graph',
    summary: 'The dependency graph with the evidence for each edge, or what is near one node (`focus`).',
    parameters: z.strictObject({
      focus: word.optional(),
      depth: z.coerce.number().int().min(1).max(50).default(2),
      direction: z.enum(['up', 'down', 'both']).default('both'),
    }),
    answers: 'DependencyGraph',
    answer: (queries, { focus, depth, direction }) =>
      known(queries.graph(focus === undefined ? null : { target: focus, depth, direction }), 'the dependency graph'),
  }),
  route({
    path: '/api/v1/graph/domains',
    summary: 'The shape of the graph: circles, cut points, shared nodes, borders of namespaces and zones.',
    parameters: z.strictObject({}),
    answers: 'GraphDomains',
    answer: (queries) => known(queries.domains(), 'the dependency graph'),
  }),
  route({
    path: '/api/v1/blast-radius',
    summary: 'What breaks, degrades or may, when something fails or changes (`of`), or by the drift of an `episode`.',
    parameters: z
      .strictObject({ of: word.optional(), episode: word.optional() })
      .refine(({ of, episode }) => (of === undefined) !== (episode === undefined), 'name either "of" or "episode"'),
    answers: 'BlastRadius',
    answer: async (queries, { of, episode }) =>
      known(
        episode === undefined ? await queries.blastRadius(of ?? '') : await queries.episodeRadius(episode),
        'the blast radius',
      ),
  }),
  route({
    path: '/api/v1/predictions',
    summary: 'What blast radiuses predicted, and how often that came true in the last thirty days.',
    parameters: z.strictObject({ limit }),
    answers: 'PredictionReport',
    answer: async (queries, { limit: most }) => ({
      ...header('PredictionReport'),
      ...(await queries.predictions(most)),
    }),
  }),
  route({
    path: '/api/v1/upstream',
    summary: 'Which drift upstream may have hit a service (`of`), or what an `alert` is about, the likeliest first.',
    parameters: z
      .strictObject({ of: word.optional(), alert: word.optional() })
      .refine(({ of, alert }) => (of === undefined) !== (alert === undefined), 'name either "of" or "alert"'),
    answers: 'UpstreamChanges',
    answer: async (queries, { of, alert }) => ({
      ...header('UpstreamChanges'),
      ...known(
        await queries.upstream({ ...(of === undefined ? {} : { of }), ...(alert === undefined ? {} : { alert }) }),
        'what changed upstream',
      ),
    }),
  }),
];

export function header(kind: string): { readonly apiVersion: 'mooring.dev/v1'; readonly kind: string } {
  return { apiVersion: 'mooring.dev/v1', kind };
}

export function noEpisode(id: string): AppError {
  return new AppError({
    code: 'episode-not-found',
    what: `cannot show episode ${id}`,
    why: 'no episode, or more than one, has that id',
    remedy: 'List the episodes and take one of their ids',
  });
}

function known<T>(value: T | null, what: string): T {
  if (value !== null) return value;
  throw new AppError({
    code: 'not-ready',
    what: `cannot show ${what} yet`,
    why: 'the first round has not finished',
    remedy: 'Ask again in a moment; /readyz says what it waits for',
    retryable: true,
  });
}
