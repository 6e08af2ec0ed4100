import { pino } from 'pino';
import { asAppError } from '../errors/app-error.ts';
import type { LogFields } from './log-keys.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Constant messages with keys from the list. `info` means that something changed; `debug` is the rest. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Takes whole lines, each ending in a line feed. */
  write(line: string): void;
}

/** One JSON object a line: `time` (RFC 3339), `level`, `message`, keys. */
export function createLogger(options: LoggerOptions): Logger {
  const sink = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line: string) => options.write(line) },
  );
  return {
    debug: (message, fields = {}) => sink.debug(fields, message),
    info: (message, fields = {}) => sink.info(fields, message),
    warn: (message, fields = {}) => sink.warn(fields, message),
    error: (message, fields = {}) => sink.error(fields, message),
  };
}

/** The keys that describe an error. */
export function errorFields(thrown: unknown, what: string): LogFields {
  const { code, what: failed, why, remedy } = asAppError(thrown, what);
  return { code, what: failed, why, remedy };
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
