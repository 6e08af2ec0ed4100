import { expect, it } from 'vitest';
import { AppError } from '../../src/errors/app-error.ts';
import { createLogger, errorFields } from '../../src/log/logger.ts';

function linesOf(level: 'debug' | 'info' | 'warn' | 'error', log: (logger: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  log(createLogger({ level, write: (line) => lines.push(line) }));
  return lines.map((line) => line.replace(/"time":"[^"]*"/, '"time":"T"'));
}

it('writes one JSON object a line, with a constant message and its keys', () => {
  const lines = linesOf('info', (logger) => logger.info('drift began', { resource: 'v1/Service/shop/web', count: 2 }));
  expect(lines).toEqual([
    '{"level":"info","time":"T","resource":"v1/Service/shop/web","count":2,"message":"drift began"}\n',
  ]);
});

it('leaves out what is less important than its level', () => {
  const lines = linesOf('warn', (logger) => {
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
  });
  expect(lines.map((line) => /"message":"(\w)"/.exec(line)?.[1])).toEqual(['c', 'd']);
});

it('logs an error by its parts, without its stack', () => {
  const error = new AppError({ code: 'git-failed', what: 'cannot read x', why: 'it ended', remedy: 'Look' });
  expect(errorFields(error, 'unused')).toEqual({
    code: 'git-failed',
    what: 'cannot read x',
    why: 'it ended',
    remedy: 'Look',
  });
  expect(errorFields(new TypeError('boom'), 'cannot judge')).toMatchObject({ code: 'internal', why: 'boom' });
});
