import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors/app-error.ts';
import { sendProblem } from './send-problem.ts';

export interface AlertTaker {
  /** Any of them lets a sender in; empty: everybody is let in. */
  readonly tokens: readonly string[];
  /** False when the body is no notification. Throws AppError. */
  readonly take: (body: unknown) => Promise<boolean>;
}

const largestNotification = 1024 * 1024;

/** Alertmanager's webhook. It repeats what is answered with 5xx and drops what is answered with 4xx. */
export function addAlertHook(app: FastifyInstance, { tokens, take }: AlertTaker): void {
  app.route({
    method: 'POST',
    url: '/hooks/alertmanager',
    bodyLimit: largestNotification,
    // Before the body is read: a stranger's is not even parsed.
    async onRequest(request, reply) {
      if (isLetIn(tokens, request.headers.authorization)) return;
      reply.header('www-authenticate', 'Bearer');
      const remedy = 'Give http_config.authorization of the receiver the token of api.alertTokenFile';
      await sendProblem(reply, 401, refused('the bearer token is missing or wrong', remedy));
    },
    async handler(request, reply) {
      if (await take(request.body)) return reply.code(204).send();
      const remedy = 'Send what webhook_configs of Alertmanager sends, version 4';
      return sendProblem(reply, 400, refused('the body is no notification of Alertmanager', remedy));
    },
  });
}

/** Compared by digest, so that neither length nor beginning of a token can be measured. */
function isLetIn(tokens: readonly string[], header: string | undefined): boolean {
  if (tokens.length === 0) return true;
  const sent = digest(/^Bearer +(?<token>\S+)$/i.exec(header ?? '')?.groups?.['token'] ?? '');
  return tokens.filter((token) => timingSafeEqual(digest(token), sent)).length > 0;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refused(why: string, remedy: string): AppError {
  return new AppError({ code: 'usage', what: 'the alerts were refused', why, remedy });
}
