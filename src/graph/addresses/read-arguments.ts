import type { Setting } from './address.ts';

const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'busybox']);
/** Programs whose operands are `host port`. */
const dialers: ReadonlySet<string> = new Set(['nc', 'ncat', 'netcat', 'telnet']);
/** Programs whose first operand is a host. */
const askers: ReadonlySet<string> = new Set(['nslookup', 'dig', 'ping', 'host', 'hosts', 'drill']);
/** Programs for which `-h` names the host and `-p`/`-P` the port. */
const clients: ReadonlySet<string> = new Set(
  'psql pg_isready pg_dump createdb mysql mysqladmin mysqldump mariadb mariadb-admin redis-cli valkey-cli mongo mongosh mongodump cqlsh nodetool rabbitmqadmin clickhouse-client clickhouse ldapsearch mosquitto_pub mosquitto_sub'.split(
    ' ',
  ),
);
const mostWords = 20_000;

/**
 * Settings among the words of a command line: `--key=value`, `--key value`, `-Dkey=value`, `KEY=value`, and the operands of the
 * usual waiting tools (`nc -z host port`, `pg_isready -h host`, `/dev/tcp/host/port`). A word with blanks is read as a shell script.
 */
export function readArguments(args: readonly string[], what: string, path: string | null): Setting[] {
  const words = args.flatMap((arg) => (/\s/.test(arg) && !isFlagWithValue(arg) ? scriptWords(arg) : [arg]));
  const settings: Setting[] = [];
  const add = (key: string, value: string): void => {
    if (value !== '') settings.push({ key, value, what: key === '' ? what : `${what} ${key}`, path });
  };
  let tool = '';
  for (let at = 0; at < Math.min(words.length, mostWords); at++) {
    const word = words[at] ?? '';
    const name = word.slice(word.lastIndexOf('/') + 1);
    if (clients.has(name) || shells.has(name)) tool = name;
    const operands = operandsOf(words, at, name);
    if (operands !== null) add('host', operands);
    else readWord(word, words[at + 1] ?? '', tool, add);
  }
  // A flag's value is also a word of its own; the flag knows better what it is (`--allowed-origin http://web` is no callee).
  const named = new Set(settings.filter(({ key }) => key !== '').map(({ value }) => value));
  return settings.filter(({ key, value }) => key !== '' || !named.has(value));
}

/** `--dsn=user:pass@tcp(db:3306)/x y` is one value however many blanks it holds. */
function isFlagWithValue(arg: string): boolean {
  return /^-{1,2}[\w.-]{1,80}=/.test(arg) && !arg.includes('\n');
}

/** Words of a shell script, comments removed, quotes and statement ends taken as blanks. */
function scriptWords(script: string): string[] {
  return script
    .slice(0, 1_500_000)
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(/[\s"'`;|&()<>]+/))
    .filter((word) => word !== '');
}

/** The host (with its port) that the tool at `at` is told to reach, or null when there is no such tool there. */
function operandsOf(words: readonly string[], at: number, name: string): string | null {
  const device = /^\/dev\/(?:tcp|udp)\/([\w.${}-]{1,253})\/([\w${}]{1,60})$/.exec(words[at] ?? '');
  if (device?.[1] !== undefined) return `${device[1]}:${device[2] ?? ''}`;
  if (!dialers.has(name) && !askers.has(name)) return null;
  const [host = '', port = ''] = wordsAfter(words, at);
  return dialers.has(name) && !host.includes(':') && /^\d+$/.test(port) ? `${host}:${port}` : host;
}

/** The two operands behind a program's name; flags and bare numbers (a time limit) before them are skipped. */
function wordsAfter(words: readonly string[], at: number): string[] {
  const near = words.slice(at + 1, at + 9);
  const first = near.findIndex((word) => !/^-|^\d+$/.test(word));
  return first < 0 ? [] : near.slice(first, first + 2);
}

function readWord(word: string, next: string, tool: string, add: (key: string, value: string) => void): void {
  const equals = word.indexOf('=');
  const flag = /^-{1,2}D?(?=\w)/.exec(word)?.[0] ?? '';
  if (equals > 0 && /^[\w.-]+$/.test(word.slice(0, equals))) {
    add(word.slice(flag.length, equals), word.slice(equals + 1));
    return;
  }
  if (flag === '') {
    add('', word);
    return;
  }
  // `mysql -pSECRET`: what is attached is a password, and the name of nothing.
  if (/^(?:mysql|mariadb|mongo)/.test(tool) && /^-p./.test(word)) return;
  if (next === '' || next.startsWith('-')) return;
  if (word === '-h' && clients.has(tool)) add('host', next);
  else if ((word === '-p' || word === '-P') && clients.has(tool)) add('port', next);
  else add(word.replace(/^-+/, ''), next);
}
