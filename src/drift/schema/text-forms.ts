/** Forms of text that the API server insists on. Each answers what the text must be, undefined when it is. */
export type TextForm = (text: string) => string | undefined;

function form(pattern: RegExp, maxLength: number, what: string): TextForm {
  return (text) => (text.length <= maxLength && pattern.test(text) ? undefined : `must be ${what}`);
}

/** RFC 1123 label: names of containers, volumes, namespaces, Services and their ports. */
export const dnsLabel = form(
  /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
  63,
  'at most 63 lower-case letters, digits and hyphens, with no hyphen at either end',
);

const subdomainPattern = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** RFC 1123 subdomain: names of most objects. */
export const subdomain = form(subdomainPattern, 253, 'lower-case letters, digits, hyphens and dots');

export const environmentName = form(/^[ -<>-~]+$/, Number.POSITIVE_INFINITY, 'printable ASCII without an equals sign');

/** Keys of ConfigMaps and Secrets. */
export const dataKey = form(/^(?!\.\.?$|\.\.)[-._a-zA-Z0-9]+$/, 253, 'letters, digits, dots, hyphens and underscores');

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Hosts of Ingresses: a name, or a wildcard for its first part; no port, no address. */
export function ingressHost(text: string): string | undefined {
  const name = text.startsWith('*.') ? text.slice(2) : text;
  return ipv4.test(text) || !subdomainPattern.test(name) || name.length > 253
    ? 'must be a host name in lower case, without a port; not an address'
    : undefined;
}

export function cidr(text: string): string | undefined {
  const slash = text.indexOf('/');
  const [address, length] = [text.slice(0, slash), text.slice(slash + 1)];
  const bits = ipv4.test(address) ? 32 : isIpv6(address) ? 128 : -1;
  return slash > 0 && /^(?:0|[1-9]\d{0,2})$/.test(length) && Number(length) <= bits
    ? undefined
    : 'must be a range of addresses such as 10.0.0.0/8 or fd00::/8';
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const isWhole = groups.every((group) => /^[\da-fA-F]{1,4}$/.test(group));
  return isWhole && (halves.length === 2 ? groups.length < 8 : groups.length === 8);
}

/** A whole number with a percent sign. */
export const percentage = form(/^\d+%$/, 10, 'a number, or a percentage such as 25%');

export function absolutePath(text: string): string | undefined {
  return text.startsWith('/') ? undefined : 'must begin with a slash';
}

/** A path inside a volume, which may not leave it. */
export function pathWithin(text: string): string | undefined {
  return text.startsWith('/') || text.split('/').includes('..') ? 'must be a relative path without ".."' : undefined;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const cronFields: readonly { low: number; high: number; names: readonly string[] }[] = [
  { low: 0, high: 59, names: [] },
  { low: 0, high: 23, names: [] },
  { low: 1, high: 31, names: [] },
  { low: 1, high: 12, names: months },
  { low: 0, high: 6, names: days },
];

/** The schedule of a CronJob: five fields or a word such as `@daily`; a time zone has a field of its own. */
export function cronSchedule(text: string): string | undefined {
  if (/^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(text)) return undefined;
  if (/^@every (?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  const fields = text.trim().split(/\s+/);
  const isSchedule =
    fields.length === cronFields.length &&
    fields.every((field, at) => field.split(',').every((range) => isCronRange(range, at)));
  return isSchedule ? undefined : 'must be a schedule of five fields such as "*/5 * * * *"';
}

function isCronRange(range: string, at: number): boolean {
  const match = /^([*?]|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/([1-9]\d*))?$/.exec(range.toLowerCase());
  if (match === null) return false;
  const [, from = '', to] = match;
  if (from === '*' || from === '?') return to === undefined;
  const [first, last] = [cronNumber(from, at), cronNumber(to ?? from, at)];
  return first !== undefined && last !== undefined && first <= last;
}

function cronNumber(text: string, at: number): number | undefined {
  const field = cronFields[at];
  if (field === undefined) return undefined;
  const named = field.names.indexOf(text);
  const value = named >= 0 ? named + (field.names === months ? 1 : 0) : /^\d+$/.test(text) ? Number(text) : -1;
  return value >= field.low && value <= field.high ? value : undefined;
}
