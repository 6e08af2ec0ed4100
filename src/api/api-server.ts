import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { AppError, asAppError } from '../errors/app-error.ts';
import { errorFields } from '../log/logger.ts';
import type { Logger } from '../log/logger.ts';
import { addAlertHook, type AlertTaker } from './alert-hook.ts';
import { isAllowedHost } from './allowed-host.ts';
import type { ApiQueries } from './api-queries.ts';
import { apiRoutes } from './api-routes.ts';
import type { ApiRoute } from './api-routes.ts';
import { cachedRender } from './cached-render.ts';
import { openApiDocument } from './openapi-document.ts';
import { problemDetails } from './problem-details.ts';
import { sendProblem } from './send-problem.ts';
import { isReady, toStatusDocument } from './status-document.ts';

export interface ApiOptions {
  readonly queries: ApiQueries;
  /** Renders `/metrics`. */
  readonly metrics: { render(): Promise<string>; readonly contentType: string };
  /** JSON text of a document; keeps the digits of integers beyond 2^53, which the framework's own serialiser would not. */
  readonly formatJson: (document: unknown) => string;
  readonly logger: Logger;
  readonly version: string;
  /** `127.0.0.1` unless the configuration says otherwise. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Names, in lower case, under which clients may reach it beside addresses and localhost. */
  readonly hostNames?: readonly string[];
  /** Takes an EventList of the audit log; false when it is none. Absent: there is no such route. */
  readonly takeAudit?: (list: unknown) => boolean;
  /** Takes notifications of Alertmanager; absent: there is no such route. */
  readonly takeAlerts?: AlertTaker;
  /** Milliseconds that only grow; decides how long a rendering of the metrics is kept. `performance.now` when absent. */
  readonly monotonic?: () => number;
}

export interface ApiServer extends AsyncDisposable {
  /** `http://127.0.0.1:9480`, with the port that was really taken. */
  readonly address: string;
  close(): Promise<void>;
}

const metricsFor = 1000;
const mostConnections = 512;

/** Starts to listen. Throws AppError `port-taken`. */
export async function startApi(options: ApiOptions): Promise<ApiServer> {
  const app = fastify({
    bodyLimit: 64 * 1024,
    connectionTimeout: 30_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 400 },
    frameworkErrors: (error, _request, reply) => {
      // Paths that cannot be decoded or are too long never reach a route, nor its hooks.
      const why = error.statusCode === 414 ? 'a part of the path is too long' : 'the path cannot be read';
      void sendProblem(reply, error.statusCode ?? 400, usage('the request was refused', why, 'See /openapi.json'));
    },
    http: { headersTimeout: 10_000, maxHeaderSize: 16 * 1024 },
  });
  app.server.maxConnections = mostConnections;
  guard(app, options);
  addHealth(app, options);
  for (const route of apiRoutes) addRoute(app, route, options);
  if (options.takeAudit !== undefined) addAuditHook(app, options.takeAudit);
  if (options.takeAlerts !== undefined) addAlertHook(app, options.takeAlerts);
  app.get('/openapi.json', (_request, reply) => sendJson(reply, options.formatJson(openApiDocument(options.version))));

  const address = await listen(app, options);
  const close = async (): Promise<void> => {
    await app.close();
  };
  return { address, close, [Symbol.asyncDispose]: close };
}

/** Applies to every request: refused names, errors as problem documents, headers that keep browsers from guessing. */
function guard(app: FastifyInstance, { hostNames = [], logger }: ApiOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    reply.header('cache-control', 'no-store');
    if (isAllowedHost(request.headers.host, hostNames)) return;
    const remedy = 'Use the address, or add the name to the configuration';
    await sendProblem(
      reply,
      421,
      usage('the request was refused', 'its Host header is not a name of this server', remedy),
    );
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, 404, usage('there is nothing here', 'no route has this path and method', 'See /openapi.json')),
  );
  app.setErrorHandler((error, request, reply) => {
    const found = appErrorOf(error);
    const { status } = problemDetails(found);
    if (status >= 500 && !found.retryable)
      logger.error('a request failed', errorFields(found, `cannot answer ${request.url}`));
    return sendProblem(reply, status, found);
  });
}

function appErrorOf(error: unknown): AppError {
  if (error instanceof z.ZodError) {
    return usage('the parameters are wrong', z.prettifyError(error), 'See /openapi.json');
  }
  const isClientError =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500;
  if (isClientError) return usage('the request was refused', error.message, 'See /openapi.json');
  return asAppError(error, 'cannot answer the request');
}

function usage(what: string, why: string, remedy: string): AppError {
  return new AppError({ code: 'usage', what, why, remedy });
}

function addHealth(app: FastifyInstance, options: ApiOptions): void {
  const { metrics, queries, formatJson, monotonic = () => performance.now() } = options;
  const render = cachedRender(() => metrics.render(), metricsFor, monotonic);
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await render()));
  app.get('/livez', (_request, reply) => {
    const { stalled } = queries.status();
    return reply.code(stalled ? 503 : 200).send(stalled ? 'a round hangs\n' : 'ok\n');
  });
  app.get('/readyz', (_request, reply) => {
    const status = queries.status();
    return sendJson(reply.code(isReady(status) ? 200 : 503), formatJson(toStatusDocument(status)));
  });
}

function addRoute(app: FastifyInstance, route: ApiRoute, { queries, formatJson }: ApiOptions): void {
  app.get(route.path, async (request, reply) => {
    const parameters = { ...recordOf(request.query), ...recordOf(request.params) };
    return sendJson(reply, formatJson(await route.answer(queries, parameters)));
  });
}

const largestAudit = 10 * 1024 * 1024;

/** The webhook backend of the API server's audit log; it repeats what is not answered with success. */
function addAuditHook(app: FastifyInstance, take: (list: unknown) => boolean): void {
  app.post('/hooks/audit', { bodyLimit: largestAudit }, (request, reply) => {
    if (take(request.body)) return reply.code(204).send();
    const remedy = 'Send an EventList of audit.k8s.io/v1';
    return sendProblem(reply, 400, usage('the events were refused', 'the body is no list of audit events', remedy));
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(text);
}

async function listen(app: FastifyInstance, { host, port }: ApiOptions): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new AppError({
      code: code === 'EADDRINUSE' ? 'port-taken' : 'listen-failed',
      what: `cannot listen on ${host}:${port}`,
      why: code === 'EADDRINUSE' ? 'another program listens there' : `the system refused (${code})`,
      remedy: 'Choose another address in api.listen; port 0 takes a free one',
      cause: error,
    });
  }
}
