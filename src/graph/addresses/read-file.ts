import { isJsonArray, isJsonObject, type JsonValue, parseJson } from '../../resource/json.ts';
import type { Setting } from './address.ts';

/** Files of these kinds hold prose, pages, data or keys; an address in them is not one that the program dials. */
const proseEndings: readonly string[] = [
  '.md',
  '.rst',
  '.adoc',
  '.html',
  '.htm',
  '.css',
  '.svg',
  '.sql',
  '.cql',
  '.csv',
  '.pem',
  '.crt',
  '.key',
  '.cer',
  '.proto',
  '.graphql',
  '.license',
  'readme',
  'readme.txt',
  'notice.txt',
  'license.txt',
  'motd',
];
const mostSettings = 60_000;
const deepest = 40;

interface Level {
  readonly indent: number;
  readonly path: string;
}

/**
 * Settings in the text of a mounted file: JSON by its structure, everything else (YAML, properties, INI, TOML, nginx, Envoy,
 * HAProxy, XML) line by line. Line by line on purpose: half-templated or broken files still give what they hold, an alias bomb
 * stays a word, and the time is linear in the text. Keys are dotted paths, so `redis.host` and `redis.port` are neighbours.
 */
export function readFile(name: string, text: string, path: string | null): Setting[] {
  if (proseEndings.some((ending) => name.toLowerCase().endsWith(ending))) return [];
  const settings: Setting[] = [];
  const add = (key: string, value: string): void => {
    if (settings.length < mostSettings)
      settings.push({ key, value, what: `file ${name}${key === '' ? '' : ` ${key}`}`, path });
  };
  const parsed = jsonOf(text);
  if (parsed === undefined) readLines(withoutMarkupComments(text), add);
  else flatten(parsed, '', 0, add);
  return settings;
}

/** Settings inside a value that is itself JSON, as in `SPRING_APPLICATION_JSON`; the value itself otherwise. */
export function openValue(setting: Setting): Setting[] {
  const parsed = jsonOf(setting.value);
  if (parsed === undefined) return [setting];
  const settings: Setting[] = [];
  flatten(parsed, setting.key, 0, (key, value) => {
    if (settings.length < mostSettings) settings.push({ ...setting, key, value });
  });
  return settings;
}

function jsonOf(text: string): JsonValue | undefined {
  const start = /\S/.exec(text)?.[0];
  if (start !== '{' && start !== '[') return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function flatten(value: JsonValue, path: string, depth: number, add: (key: string, value: string) => void): void {
  if (depth > deepest) return;
  if (isJsonArray(value))
    for (const [at, element] of value.entries()) flatten(element, `${path}[${at}]`, depth + 1, add);
  else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) flatten(member, join(path, key), depth + 1, add);
  } else if (value !== null && value !== '') add(path, String(value));
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function readLines(text: string, add: (key: string, value: string) => void): void {
  const levels: Level[] = [];
  let section = '';
  const upstreams = upstreamNames(text);
  for (const raw of text.split('\n')) {
    const line = withoutComment(raw.slice(0, 100_000));
    const trimmed = line.trim();
    if (trimmed === '' || trimmed === '---') continue;
    const header = /^\[{1,2}([^\]]{1,200})\]{1,2}$/.exec(trimmed);
    if (header?.[1] !== undefined) {
      section = header[1].trim();
      levels.length = 0;
      continue;
    }
    const indent = line.length - line.trimStart().length;
    const entry = entryOf(trimmed);
    if (entry === undefined) readDirectives(trimmed, upstreams, add);
    else readEntry(entry, indent, { levels, section, add });
  }
}

interface Entry {
  readonly key: string;
  readonly value: string;
  /** Columns that `- ` marks before the key take; they nest like blanks. */
  readonly marks: number;
}

/** `key: value`, `- key: value`, `key = value`, `"key": value`, `- value`; undefined for any other line. */
function entryOf(trimmed: string): Entry | undefined {
  const marks = /^(?:- +)*/.exec(trimmed)?.[0].length ?? 0;
  const rest = trimmed.slice(marks);
  const pair = /^["']?([\w.$/@-][\w.$/@ -]{0,150}?)["']?\s{0,20}(?:[:=]\s{1,50}|:$|=)(.*)$/.exec(rest);
  if (pair?.[1] !== undefined) {
    return { key: pair[1], value: unquote((pair[2] ?? '').replace(/,$/, '').trim()), marks };
  }
  return marks > 0 ? { key: '', value: unquote(rest), marks } : undefined;
}

function unquote(text: string): string {
  const quote = text[0];
  return text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote) ? text.slice(1, -1) : text;
}

interface Reading {
  readonly levels: Level[];
  readonly section: string;
  readonly add: (key: string, value: string) => void;
}

function readEntry(entry: Entry, indent: number, { levels, section, add }: Reading): void {
  const column = indent + entry.marks;
  // An unindented list under a key is still that key's: `- a` pops only deeper levels than its own mark.
  while (levels.length > 0 && (levels.at(-1)?.indent ?? 0) >= (entry.key === '' ? indent + 1 : column)) levels.pop();
  if (levels.length > deepest) levels.shift();
  const path = join(levels.at(-1)?.path ?? section, entry.key);
  const key = entry.key === '' ? (levels.at(-1)?.path ?? section) : path;
  if (entry.value.startsWith('{')) readFlow(entry.value, key, add);
  else if (!opensBlock(entry.value)) add(key, entry.value);
  else if (entry.key !== '') levels.push({ indent: column, path });
}

/** Nothing, or the mark of a block text: what follows is nested. */
function opensBlock(value: string): boolean {
  return value === '' || /^[|>][+-]?\d?$/.test(value);
}

/** `{ socket_address: { address: cart, port_value: 8080 } }`: pairs in braces, nesting kept by a stack of names. */
function readFlow(text: string, parent: string, add: (key: string, value: string) => void): void {
  const names: string[] = [parent];
  for (const part of text.slice(1).split(/(?=[{},])/)) {
    const inner = part.replace(/^[{},]\s*/, '').trim();
    if (part.startsWith('}')) names.pop();
    const colon = inner.indexOf(':');
    if (colon < 0) continue;
    const key = join(names.at(-1) ?? parent, unquote(inner.slice(0, colon).trim()));
    const value = unquote(inner.slice(colon + 1).trim());
    if (value === '') names.push(key);
    else add(key, value);
  }
}

const directives: ReadonlySet<string> = new Set([
  'server',
  'proxy_pass',
  'fastcgi_pass',
  'uwsgi_pass',
  'grpc_pass',
  'scgi_pass',
  'memcached_pass',
  'reverse_proxy',
  'proxypass',
  'proxypassreverse',
  'forward_auth',
  'replicaof',
  'slaveof',
]);

/** A line of nginx, HAProxy, Caddy or Apache, statement by statement: `location / { proxy_pass http://cart; }` has two. */
function readDirectives(
  trimmed: string,
  upstreams: ReadonlySet<string>,
  add: (key: string, value: string) => void,
): void {
  for (const statement of trimmed.split(/[{};]+/)) {
    const text = statement.trim();
    if (text !== '') readDirective(text, upstreams, add);
  }
}

/** The first word of a directive is the key. Any other text keeps no key, so only full addresses count. */
function readDirective(text: string, upstreams: ReadonlySet<string>, add: (key: string, value: string) => void): void {
  const [word = '', ...rest] = text.split(/\s+/);
  if (!directives.has(word.toLowerCase())) {
    add('', text);
    return;
  }
  const operands = rest.filter((operand) => !upstreams.has(operand.replace(/^\w+:\/\//, '').split(/[/:]/, 1)[0] ?? ''));
  if (word === 'replicaof' || word === 'slaveof') add('master_host', rest.join(':'));
  else if (operands.length > 0) add(word === 'server' ? '' : word, operands.join(' '));
}

/** Names that the file itself defines (`upstream cart { … }`): a pass to one of them is no host. */
function upstreamNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const match of text.matchAll(/(?:^|[;}])[ \t]{0,80}upstream[ \t]{1,40}([\w.-]{1,200})/gm))
    if (match[1]) names.add(match[1]);
  return names;
}

function withoutComment(line: string): string {
  const start = line.trimStart();
  if (/^(?:#|\/\/|;|--\s|<!--|\*)/.test(start)) return '';
  const inline = line.search(/\s#/);
  return inline < 0 ? line : line.slice(0, inline);
}

/** Comments of XML may begin behind text and go over several lines. One that is never closed takes the rest with it. */
function withoutMarkupComments(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let start = text.indexOf('<!--'); start >= 0; start = text.indexOf('<!--', at)) {
    kept.push(text.slice(at, start));
    const end = text.indexOf('-->', start + 4);
    if (end < 0) return kept.join('');
    at = end + 3;
  }
  kept.push(text.slice(at));
  return kept.join('');
}
