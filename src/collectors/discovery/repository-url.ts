import { parseSourceSpec } from '../source-spec.ts';

/** A repository that the configuration knows: another way to it, or who to be there. */
export interface RepositoryMapping {
  /** The URL as engines declare it; of a chart repository `URL/CHART`, or `oci://…/CHART`. */
  readonly url: string;
  /** A repository of this machine, or a folder, that is read instead. */
  readonly path?: string;
}

const shortSsh = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.*)$/;

/**
 * One text for every way to write a repository's URL: lower case, without user, default port, `.git` and slashes at the end; the
 * short form of ssh like the long one. Scheme https and ssh stay apart: they may lead to different rights.
 */
export function normaliseRepositoryUrl(url: string): string {
  const trimmed = url.trim();
  const short = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? null : shortSsh.exec(trimmed);
  const long = short === null ? trimmed : `ssh://${short[1] ?? ''}/${(short[2] ?? '').replace(/^\/+/, '')}`;
  if (!URL.canParse(long)) return trimEnd(long.toLowerCase());
  const { protocol, hostname, port, pathname } = new URL(long);
  const isDefault = port === '' || (protocol === 'ssh:' && port === '22');
  return trimEnd(`${protocol}//${hostname}${isDefault ? '' : `:${port}`}${pathname}`.toLowerCase());
}

function trimEnd(text: string): string {
  return text
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '');
}

export function isSameRepository(left: string, right: string): boolean {
  return normaliseRepositoryUrl(left) === normaliseRepositoryUrl(right);
}

/** The mapping for a URL: the one that is written exactly so, else one that means the same. */
export function findMapping<Mapping extends RepositoryMapping>(
  url: string,
  mappings: readonly Mapping[],
): Mapping | undefined {
  return (
    mappings.find((mapping) => mapping.url === url) ?? mappings.find((mapping) => isSameRepository(mapping.url, url))
  );
}

/**
 * Why a URL that stands in an object of the cluster must not be opened, or null. Whoever may write such an object could otherwise
 * make Mooring read files of its own machine or start programs: only https and ssh are followed.
 */
export function whyNotFollowed(url: string): string | null {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'file')
    return 'file URLs in objects of the cluster are not followed: they name files of the machine Mooring runs on';
  if (scheme === undefined && !/^[\w.-]+@[\w.-]+:/.test(url)) return 'it is neither an https nor an ssh URL';
  if (url.includes('#')) return 'a URL of a repository has no “#”';
  try {
    const spec = parseSourceSpec(`${url}#HEAD`);
    return spec.kind === 'git' && spec.location === 'remote' ? null : 'it is neither an https nor an ssh URL';
  } catch (error) {
    return error instanceof Error && 'why' in error && typeof error.why === 'string' ? error.why : 'it is not allowed';
  }
}

/** A URL without user name and password, and short enough to print. */
export function printableUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/i, '$1')
    .replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
    .slice(0, 200);
}

/** How a chart of a chart repository is named in the configuration. */
export function chartUrl(repository: string, chart: string): string {
  return `${repository.replace(/\/+$/, '')}/${chart}`;
}
