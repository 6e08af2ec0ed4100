import { type Address, type AddressForm, protocolOfScheme, type Setting } from './address.ts';
import { type KeyMeaning, keyMeaning } from './key-meaning.ts';

/** Longest value that is read; Kubernetes itself stops at 1 MiB for everything an object holds. */
const longestValue = 1_500_000;
const mostAddresses = 2_000;

/** Schemes that lead to no other workload. */
const localSchemes: ReadonlySet<string> = new Set(['file', 'unix', 'classpath', 'data', 'fd', 'npipe', 'about', 'urn']);

interface Place {
  readonly host: string;
  readonly port: number | null;
  readonly protocol: string | null;
  readonly form: AddressForm;
  readonly key?: string;
}

/**
 * Every host that the value of a setting names, in the order written. Purely textual: whether such a host exists is not asked.
 * A lone name counts only when the setting's own name says that it is a place. Linear in the length of the value.
 */
export function findAddresses(setting: Setting, meaning: KeyMeaning = keyMeaning(setting.key)): Address[] {
  if (meaning.never) return [];
  const value = setting.value.slice(0, longestValue).trim();
  const found = new Map<string, Address>();
  for (const place of placesIn(value, meaning)) {
    const key = `${place.host}:${place.port ?? ''}`;
    const known = found.get(key);
    if (known === undefined || (known.form === 'bare' && place.form !== 'bare')) {
      found.set(key, { key: setting.key, ...place, setting });
    }
    if (found.size >= mostAddresses) break;
  }
  return [...found.values()];
}

function placesIn(value: string, meaning: KeyMeaning): Place[] {
  const pairs = pairsIn(value);
  const places = placesOfPairs(pairs);
  places.push(...placesOfTokens(value));
  if (meaning.placeLike || (meaning.protocol !== null && !meaning.named)) places.push(...bareNames(value));
  return places;
}

/** Places by token; what stands before a token may tell how to read it. */
function placesOfTokens(value: string): Place[] {
  const places: Place[] = [];
  const parts = value.split(/([\s,;"'`|<>[\]()]+)/);
  let previous: Place | undefined;
  for (let at = 0; at < parts.length; at += 2) {
    const token = parts[at] ?? '';
    const place = token === '' ? undefined : placeOf(token);
    if (place === undefined) {
      previous = undefined;
      continue;
    }
    previous = inContext(place, parts[at - 2] ?? '', parts[at - 1] ?? '', previous);
    places.push(previous);
  }
  return places;
}

/**
 * `user:pass@tcp(host:port)/db` of Go's MySQL driver has its host behind `@tcp(`. In `mongodb://a:1,b:2/db` the second host belongs to the
 * same address as the first.
 */
function inContext(place: Place, before: string, separator: string, previous: Place | undefined): Place {
  if (place.form !== 'host-port') return place;
  if (separator === '(' && /@tcp4?$/.test(before.slice(-6))) return { ...place, form: 'dsn', protocol: 'mysql' };
  const isSameList = separator === ',' && previous?.form === 'url' && previous.protocol !== 'http';
  return isSameList && previous !== undefined ? { ...place, form: 'url', protocol: previous.protocol } : place;
}

/** `key=value` segments of connection strings and flag lists: `Host=pg;Port=5432`, `host=pg port=5432`, `-Dredis.host=cache`. */
function pairsIn(value: string): [string, string][] {
  if (!value.includes('=')) return [];
  const pairs: [string, string][] = [];
  // PHP's data objects write the driver before the pairs: `mysql:host=db;port=3306`.
  const text = value.replace(/^[a-z]{2,12}:(?=[A-Za-z_ ]{1,40}=)/, '');
  for (const part of text.includes(';') ? text.split(/[;()]/) : text.split(/[\s()]+/)) {
    const at = part.indexOf('=');
    const key = part.slice(0, at).trim();
    if (at > 0 && key.length <= 80 && /^-{0,2}[A-Za-z][\w. -]*$/.test(key)) {
      pairs.push([key.replace(/^-{0,2}D?(?=[a-zA-Z])/, stripFlag), unquote(part.slice(at + 1).trim())]);
    }
  }
  return pairs;
}

/** Takes `--` and Java's `-D` away, but not the D of `Data Source`. */
function stripFlag(prefix: string): string {
  return prefix.startsWith('-') ? '' : prefix;
}

function unquote(text: string): string {
  const quote = text[0];
  return text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote) ? text.slice(1, -1) : text;
}

const hostWords: ReadonlySet<string> = new Set([
  'host',
  'hostname',
  'server',
  'data source',
  'datasource',
  'addr',
  'address',
  'network address',
  'contact points',
  'contactpoints',
  'servername',
]);

function placesOfPairs(pairs: readonly (readonly [string, string])[]): Place[] {
  const port = Number(pairs.find(([key]) => key.toLowerCase() === 'port')?.[1] ?? Number.NaN);
  const places: Place[] = [];
  for (const [key, text] of pairs) {
    const isDriverWord = hostWords.has(key.toLowerCase());
    if (!isDriverWord && !keyMeaning(key).placeLike) continue;
    const withComma = /^(?:tcp:|np:)?([\w.-]{1,253}),(\d{1,5})$/.exec(text);
    if (withComma?.[1] !== undefined) {
      places.push({ host: lower(withComma[1]), port: Number(withComma[2]), protocol: 'mssql', form: 'dsn', key });
      continue;
    }
    for (const bare of bareNames(text.replace(/^tcp:/, ''))) {
      places.push({
        ...bare,
        port: isPort(port) ? port : null,
        protocol: keyMeaning(key).protocol,
        form: isDriverWord ? 'dsn' : bare.form,
        key,
      });
    }
  }
  return places;
}

/** The value as a list of lone names; empty when any part of it is something else. */
function bareNames(value: string): Place[] {
  if (value.length > 2_000) return [];
  const names = value.split(/[\s,;]+/).filter((name) => name !== '');
  if (names.length > 50 || !names.every(isLoneName)) return [];
  return names
    .filter((name) => !isOwnMachine(name))
    .map((name) => ({ host: lower(name), port: null, protocol: null, form: isQualified(name) ? 'qualified' : 'bare' }));
}

const noNames: ReadonlySet<string> = new Set(
  'true false yes no on off none null nil auto default unknown any all'.split(' '),
);

function isLoneName(name: string): boolean {
  return isHost(name) && /[a-z]/i.test(name) && !noNames.has(lower(name));
}

/** The address that one token is, or undefined. */
function placeOf(token: string): Place | undefined {
  const colon = token.indexOf('://');
  if (colon >= 0) return urlPlace(token.slice(0, colon), token.slice(colon + 3));
  const oracle = /^jdbc:oracle:[a-z]{1,10}:[^@]{0,200}@(?:\/\/)?/i.exec(token);
  if (oracle !== null) return hostPort(token.slice(oracle[0].length), 'oracle', 'dsn');
  const authority = token.split(/[/?#]/, 1)[0] ?? '';
  return hostPort(authority.slice(authority.lastIndexOf('=') + 1), null, 'host-port');
}

function urlPlace(before: string, after: string): Place | undefined {
  const scheme = lower(/[a-z][a-z0-9+.:_-]{0,60}$/i.exec(before.slice(-64))?.[0] ?? '');
  const lastScheme = scheme.slice(scheme.lastIndexOf(':') + 1);
  if (lastScheme === '' || localSchemes.has(lastScheme)) return undefined;
  const protocol = protocolOfScheme(scheme);
  if (protocol === 's3') return bucketPlace(after);
  return hostPort(after.replace(/^\/+/, ''), protocol, 'url');
}

/** A bucket is a place of its own: `s3://invoices/2024` and `gs://invoices`. */
function bucketPlace(after: string): Place | undefined {
  const bucket = lower(after.split(/[/?#]/, 1)[0] ?? '');
  return isHost(bucket) ? { host: `${bucket}.s3`, port: null, protocol: 's3', form: 'url' } : undefined;
}

function hostPort(text: string, protocol: string | null, form: AddressForm): Place | undefined {
  const [host = '', portText, ...more] = authorityParts(text);
  if (more.length > 1 || !isHost(host) || isOwnMachine(host)) return undefined;
  const port = portText !== undefined && /^\d{1,5}$/.test(portText) ? Number(portText) : null;
  if (form === 'host-port' && !isWritten(host, port)) return undefined;
  return {
    host: lower(host),
    port: isPort(port) ? port : null,
    protocol,
    form: form === 'host-port' && isQualified(host) ? 'qualified' : form,
  };
}

const transports: ReadonlySet<string> = new Set(['tcp', 'udp', 'dns', 'ipv4', 'tls']);

/** Host, port and what follows, without credentials, path and a transport in front (`tcp:host:port`). */
function authorityParts(text: string): string[] {
  const authority = text.split(/[/?#\\]/, 1)[0] ?? '';
  const parts = authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/[.,:]+$/, '')
    .split(':');
  return parts.length > 2 && transports.has(lower(parts[0] ?? '')) ? parts.slice(1) : parts;
}

/** Without a scheme only `name:port`, `address:port` and a cluster name are addresses; `12:30` and `8080:80` are not. */
function isWritten(host: string, port: number | null): boolean {
  if (port === null) return isQualified(host);
  return isPort(port) && (/[a-z]/i.test(host) || isIpAddress(host));
}

function isPort(port: number | null): port is number {
  return port !== null && Number.isInteger(port) && port > 0 && port < 65_536;
}

/** Letters, digits, `-`, `_` and dots between; no empty label. */
function isHost(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9_][a-z0-9_.-]*$/i.test(text) && !text.includes('..') && !text.endsWith('-');
}

export function isIpAddress(host: string): boolean {
  return /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function isOwnMachine(host: string): boolean {
  const name = lower(host);
  return name === 'localhost' || name.startsWith('localhost.') || name === '0.0.0.0' || /^127\.\d/.test(name);
}

/** A cluster name: has the label `svc`. */
function isQualified(host: string): boolean {
  return /\.svc(?:\.|$)/.test(lower(host));
}

function lower(text: string): string {
  return text.toLowerCase();
}
