import { z } from 'zod';
import { apiRoutes, header } from './api-routes.ts';
import type { ApiRoute } from './api-routes.ts';

/** The description of the API in OpenAPI 3.1, made from the route table. */
export function openApiDocument(version: string): Readonly<Record<string, unknown>> {
  return {
    openapi: '3.1.0',
    info: { title: 'Mooring', version, description: 'Documents are those of the command line; fields may be added.' },
    paths: {
      ...Object.fromEntries(apiRoutes.map((route) => [openApiPath(route.path), { get: operationOf(route) }])),
      '/metrics': plain('Metrics in the Prometheus text format.'),
      '/livez': plain('200 while the loop turns.'),
      '/readyz': plain('200 once everything was judged; 503 before that and while it stops.'),
    },
    components: {
      schemas: {
        ...Object.fromEntries(apiRoutes.map(({ answers }) => [answers, documentSchema(answers)])),
        Problem: problemSchema,
      },
    },
  };
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'code', 'what', 'why', 'remedy'],
  properties: Object.fromEntries(
    ['type', 'title', 'detail', 'code', 'what', 'why', 'remedy'].map((name) => [name, { type: 'string' }]),
  ),
};

function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function operationOf({ path, summary, parameters, answers }: ApiRoute): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(parameters, { io: 'input' });
  const required = new Set(schema.required ?? []);
  return {
    summary,
    parameters: Object.entries(schema.properties ?? {}).map(([name, property]) => {
      const isInPath = path.includes(`:${name}`);
      return { name, in: isInPath ? 'path' : 'query', required: isInPath || required.has(name), schema: property };
    }),
    responses: {
      200: {
        description: answers,
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${answers}` } } },
      },
      default: {
        description: 'What went wrong, why, and what to do.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function documentSchema(kind: string): Readonly<Record<string, unknown>> {
  const properties = Object.fromEntries(Object.entries(header(kind)).map(([name, value]) => [name, { const: value }]));
  return { type: 'object', required: Object.keys(properties), properties };
}

function plain(summary: string): Readonly<Record<string, unknown>> {
  return { get: { summary, responses: { 200: { description: 'OK' } } } };
}
