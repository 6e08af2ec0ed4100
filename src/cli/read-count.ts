import { InvalidArgumentError } from 'commander';

/** How many of something a command lists at most. */
export function readCount(value: string): string {
  if (/^[1-9]\d{0,4}$/.test(value)) return value;
  throw new InvalidArgumentError('It is a number from 1 to 99999.');
}
