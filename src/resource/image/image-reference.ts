/** An image as pods name it, every default filled in. One of `tag` and `digest` is set; with both the digest decides. */
export interface ImageReference {
  /** Host with its port, as written: `docker.io`, `registry.corp:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** `library/nginx`, `team/web`. */
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:` and 64 hexadecimal digits, or `sha512:` and 128. */
  readonly digest: string | null;
}

export type ParsedReference =
  | { readonly kind: 'reference'; readonly reference: ImageReference }
  | { readonly kind: 'invalid'; readonly why: string };

const longest = 512;
const longestName = 255;
const host =
  /^(?:\[[0-9a-fA-F:.]{2,45}\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::\d{1,5})?$/;
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const digestForm = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/**
 * Reads a reference by the grammar of the distribution project, as container runtimes do: no host means docker.io, there a lone name
 * means `library/NAME`, neither tag nor digest means `latest`. Never throws; linear in the length of the text.
 */
export function parseImageReference(text: string): ParsedReference {
  if (text === '' || text.length > longest) return invalid(text === '' ? 'it is empty' : 'it is too long');
  const [named = '', ...digests] = text.split('@');
  const digest = digests.length === 0 ? null : digests.join('@');
  if (digest !== null && !digestForm.test(digest)) return invalid('its digest is none of sha256 or sha512');
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon < 0 ? null : named.slice(colon + 1);
  if (tag !== null && !tagForm.test(tag)) return invalid('its tag has signs that tags may not have');
  const name = splitHost(colon < 0 ? named : named.slice(0, colon));
  const why = problemOf(name);
  const chosen = tag ?? (digest === null ? 'latest' : null);
  return why === null ? { kind: 'reference', reference: { ...name, tag: chosen, digest } } : invalid(why);
}

function problemOf({ registry, repository }: Pick<ImageReference, 'registry' | 'repository'>): string | null {
  if (!host.test(registry)) return 'its registry is no host name';
  if (repository !== repository.toLowerCase()) return 'its name has capital letters';
  if (!repository.split('/').every((part) => component.test(part))) return 'its name has signs that names may not have';
  return registry.length + repository.length + 1 > longestName ? 'its name is too long' : null;
}

/** The first part is a host when it looks like one; capital letters too, because no repository may have them. */
function splitHost(name: string): Pick<ImageReference, 'registry' | 'repository'> {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  const registry = !isHost || first === 'index.docker.io' ? 'docker.io' : first;
  const path = isHost ? name.slice(slash + 1) : name;
  return { registry, repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path };
}

function invalid(why: string): ParsedReference {
  return { kind: 'invalid', why };
}

/** The whole reference as text. */
export function formatImageReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
}
