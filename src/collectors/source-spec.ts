import { AppError } from '../errors/app-error.ts';

/** What a SOURCE of the command line names. `path` is relative to the repository's root, without leading or trailing slash. */
export type SourceSpec =
  | { readonly kind: 'directory'; readonly directory: string }
  | {
      readonly kind: 'git';
      /** A directory of this machine, or a URL. */
      readonly repository: string;
      readonly location: 'local' | 'remote';
      /** Branch, tag or commit; null means the repository's HEAD. */
      readonly revision: string | null;
      readonly path: string;
    };

const url = /^(https|ssh|file):\/\//i;
const anyScheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
/** `user@host:path`, the short form of ssh. */
const shortSsh = /^[\w.-]+@[\w.-]+:(?!\/\/)/;

/**
 * Parses `DIRECTORY` or `REPO[#REVISION][:PATH]`. A local path without `#` is a directory of files as they stand on disk, also when
 * it is a work tree. Throws AppError `git-refused` for a URL, revision or path that is not allowed, `usage` for an empty one.
 */
export function parseSourceSpec(text: string): SourceSpec {
  if (text.trim() === '') {
    throw new AppError({
      code: 'usage',
      what: 'cannot read the source',
      why: 'it is empty',
      remedy: 'Name a directory or REPO[#REVISION][:PATH]',
    });
  }
  refuseCharacters(text, text);
  const { repository, rest } = splitRepository(text);
  const isRemote = url.test(repository) || shortSsh.test(repository);
  if (!isRemote && (anyScheme.test(repository) || repository.includes('::'))) {
    throw refused(text, `only https, ssh, git@host:path and file URLs are read, not “${repository.split(':')[0]}”`);
  }
  if (repository === '' || repository.startsWith('-'))
    throw refused(text, 'a repository must not begin with a dash or be empty');
  if (!isRemote && rest === null) return { kind: 'directory', directory: repository };
  if (isRemote) refuseUrl(text, repository);
  const { revision, path } = splitRevision(rest ?? '');
  if (revision !== null) refuseRevision(text, revision);
  return { kind: 'git', repository, location: isRemote ? 'remote' : 'local', revision, path: cleanPath(text, path) };
}

/** The `:PATH` of a URL begins after its last colon that belongs to neither scheme, port nor the short ssh form. */
function splitRepository(text: string): { readonly repository: string; readonly rest: string | null } {
  const hash = text.indexOf('#');
  if (hash >= 0) return { repository: text.slice(0, hash), rest: text.slice(hash + 1) };
  const isUrl = url.test(text) || shortSsh.test(text);
  const prefix = isUrl ? (shortSsh.exec(text)?.[0].length ?? endOfAuthority(text)) : 0;
  const colon = anyScheme.test(text) && !isUrl ? -1 : text.indexOf(':', prefix);
  if (colon < 0 || text.startsWith('::', colon)) return { repository: text, rest: isUrl ? '' : null };
  return { repository: text.slice(0, colon), rest: text.slice(colon) };
}

function endOfAuthority(text: string): number {
  const slash = text.indexOf('/', text.indexOf('://') + 3);
  return slash < 0 ? text.length : slash;
}

function splitRevision(rest: string): { readonly revision: string | null; readonly path: string } {
  const colon = rest.indexOf(':');
  const revision = colon < 0 ? rest : rest.slice(0, colon);
  return { revision: revision === '' ? null : revision, path: colon < 0 ? '' : rest.slice(colon + 1) };
}

/** The rules of `git check-ref-format` that matter for a name that is only read, plus no leading dash. */
const badRevision = /^-|^\/|\/$|\/\/|\.\.|@\{|\\|[\s~^:?*[]|\.lock$|\.$|^@$|\/\./;

function refuseRevision(source: string, revision: string): void {
  if (badRevision.test(revision)) throw refused(source, `“${revision}” is no branch, tag or commit`);
  if (revision.length > 255) throw refused(source, 'the revision is longer than 255 characters');
}

function refuseUrl(source: string, repository: string): void {
  if (shortSsh.test(repository)) {
    if (/^[^:]*:-/.test(repository)) throw refused(source, 'the path begins with a dash');
    return;
  }
  if (!URL.canParse(repository)) throw refused(source, 'it is no URL');
  const { hostname, protocol } = new URL(repository);
  if (hostname === '' && protocol !== 'file:') throw refused(source, 'the URL has no host');
  if (hostname.startsWith('-')) throw refused(source, 'the host begins with a dash');
}

function cleanPath(source: string, path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(source, 'the path leaves the repository');
  if (parts.some(isGitDirectory)) throw refused(source, 'the path enters the repository’s own files');
  return parts.join('/');
}

/** `.git` in any spelling that some file system takes for it. */
function isGitDirectory(part: string): boolean {
  const plain = part
    .normalize('NFKC')
    .replaceAll(/[\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/g, '')
    .toLowerCase();
  return plain === '.git' || plain === 'git~1';
}

/** Control characters and text-direction marks have no place in a source and can make one look like another. */
function refuseCharacters(source: string, text: string): void {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 0x20 || code === 0x7f;
    const turnsText = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    if (isControl || turnsText) throw refused(source, 'it holds a control character');
  }
}

function refused(source: string, why: string): AppError {
  return new AppError({
    code: 'git-refused',
    what: `cannot read the source “${printable(source)}”`,
    why,
    remedy: 'Name a directory, or REPO[#REVISION][:PATH] with a local path or an https, ssh or file URL',
  });
}

/** Without user name and password, and without what a terminal would act on. */
function printable(source: string): string {
  return source
    .replace(/^([a-z+]+:\/\/)[^/@\s]*@/i, '$1')
    .replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '�')
    .slice(0, 200);
}
