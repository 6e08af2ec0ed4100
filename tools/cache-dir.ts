import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where tools and control-plane binaries are kept between checkouts: `$MOORING_CACHE`, else `$XDG_CACHE_HOME/mooring`, else
 * `~/.cache/mooring`. `tools/setup.sh` relies on the same rule.
 */
export function cacheDir(): string {
  const { MOORING_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own !== undefined && own !== '') return own;
  return join(shared !== undefined && shared !== '' ? shared : join(homedir(), '.cache'), 'mooring');
}
