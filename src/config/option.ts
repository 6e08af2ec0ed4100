import { z } from 'zod';

/** One key of `mooring.yaml`. The docs, the environment variables and the flags are all made from this. */
export interface Option<T extends z.ZodType = z.ZodType> {
  readonly schema: T;
  readonly description: string;
  /** The type in words, and the way a text from the environment or a flag is read. */
  readonly type: 'text' | 'path' | 'number' | 'yes or no' | 'duration' | 'list' | 'cron' | 'time';
  readonly env?: string;
  /** Long flag of `mooring run`, without dashes. */
  readonly flag?: string;
  /** The key names a file that holds a secret, never the secret itself. */
  readonly secret?: true;
}

export function option<T extends z.ZodType>(schema: T, rest: Omit<Option, 'schema'>): Option<T> {
  return { schema, ...rest };
}

export const text = z.string().min(1, 'is empty');
