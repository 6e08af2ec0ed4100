import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AppError } from './errors/app-error.ts';

export const toolNames = ['kustomize', 'helm', 'kubectl'] as const;
export type ToolName = (typeof toolNames)[number];

export interface ToolSearch {
  /** What the configuration names; undefined: look for it. */
  readonly configured: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The path of a program: what is configured, else MOORING_KUSTOMIZE and the like, else the PATH, else the cache that `tools/setup.sh`
 * fills. Undefined when it is nowhere; throws AppError `tool-missing` when what was named is not there.
 */
export async function findTool(name: ToolName, { configured, env }: ToolSearch): Promise<string | undefined> {
  const named = configured ?? env[`MOORING_${name.toUpperCase()}`];
  if (named !== undefined && named !== '') {
    if (await isExecutable(named)) return named;
    throw new AppError({
      code: 'tool-missing',
      what: `cannot use ${name}`,
      why: `${named} is no program that can be run`,
      remedy: `Correct engines.${name} or MOORING_${name.toUpperCase()}`,
    });
  }
  const places = [...(env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== ''), ...(await cachedTools(env))];
  for (const place of places) {
    const file = join(place, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/** The newest version first. */
async function cachedTools(env: ToolSearch['env']): Promise<readonly string[]> {
  const base = cacheDir(env);
  if (base === undefined) return [];
  try {
    const versions = await readdir(join(base, 'tools'));
    return versions
      .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((each) => join(base, 'tools', each));
  } catch {
    return [];
  }
}

/** The cache that checkouts share. */
export function cacheDir(env: ToolSearch['env']): string | undefined {
  if (env['MOORING_CACHE']) return env['MOORING_CACHE'];
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'mooring');
  return env['HOME'] ? join(env['HOME'], '.cache', 'mooring') : undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
