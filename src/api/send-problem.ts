import type { FastifyReply } from 'fastify';
import type { AppError } from '../errors/app-error.ts';
import { problemDetails, problemType } from './problem-details.ts';

/** Answers with an RFC 9457 document. */
export function sendProblem(reply: FastifyReply, status: number, error: AppError): FastifyReply {
  if (status === 503) reply.header('retry-after', '5');
  return reply
    .code(status)
    .type(problemType)
    .send(JSON.stringify({ ...problemDetails(error), status }));
}
