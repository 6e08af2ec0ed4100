import type { CallReading, CallSource } from '../collectors/call-source.ts';
import type { ObservedCall, Party } from '../resource/call/observed-call.ts';
import { arrayAt, isJsonObject, type JsonArray, type JsonValue, stringAt } from '../resource/json.ts';
import { type Dialect, dialects, failureQueryOf, fqdnMetric, fqdnQuery, presenceQuery, queryOf } from './dialects.ts';
import { readPrometheus, sampleOf, vectorOf } from './read-answers.ts';
import type { TelemetryClient } from './telemetry-client.ts';
import { TelemetryProblem } from './telemetry-problem.ts';

export interface PrometheusOptions {
  readonly name: string;
  readonly client: TelemetryClient;
  /** Milliseconds. */
  readonly window: number;
  /** Hold for every series that is read: `cluster="east"`. */
  readonly matchers: readonly string[];
}

const atOnce = 3;
const partial = 'answers that the server calls partial';

/** What any producer that is known tells a Prometheus of who calls whom. Producers that are not there cost one question together. */
export function createPrometheusSource({ name, client, window, matchers }: PrometheusOptions): CallSource {
  const range = `${Math.round(window / 1000)}s`;
  return {
    name,
    async read(signal) {
      const short = new Map<string, number>();
      const lack = (what: string): void => void short.set(what, (short.get(what) ?? 0) + 1);
      const asking = { client, range, matchers, lack };
      try {
        const names = namesIn(await askVector(asking, presenceQuery(dialects, matchers), signal));
        const present = dialects.filter(({ metric }) => names.has(metric));
        const answers = await inTurns(present, (dialect) => readDialect(dialect, asking, signal));
        const hosts = names.has(fqdnMetric) ? await readHosts(asking, signal) : new Map<string, string>();
        return together(answers, hosts, short);
      } catch (error) {
        signal.throwIfAborted();
        return failureOf(error);
      }
    },
  };
}

interface Asking {
  readonly client: TelemetryClient;
  readonly range: string;
  readonly matchers: readonly string[];
  /** Told of what is missing in an answer that is used all the same. */
  readonly lack: (what: string) => void;
}

interface DialectAnswer {
  readonly dialect: Dialect;
  readonly answer: ReturnType<typeof readPrometheus> | TelemetryProblem;
}

async function readDialect(dialect: Dialect, asking: Asking, signal: AbortSignal): Promise<DialectAnswer> {
  const { range, matchers } = asking;
  try {
    const calls = await ask(asking, queryOf(dialect, range, matchers), signal);
    const failed = await readFailures(dialect, asking, signal);
    return { dialect, answer: readPrometheus(dialect, calls, failed) };
  } catch (error) {
    if (!(error instanceof TelemetryProblem)) throw error;
    return { dialect, answer: error };
  }
}

/** Calls without their failures are worth having; the lack of them is told. */
async function readFailures(dialect: Dialect, asking: Asking, signal: AbortSignal): Promise<JsonValue | undefined> {
  const query = failureQueryOf(dialect, asking.range, asking.matchers);
  if (query === null) return undefined;
  try {
    const failed = await ask(asking, query, signal);
    if (vectorOf(failed) !== undefined) return failed;
  } catch (error) {
    if (!(error instanceof TelemetryProblem)) throw error;
  }
  asking.lack('failures that could not be read');
  return undefined;
}

/** Addresses without their names are worth having; the lack of them is told. */
async function readHosts(asking: Asking, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  try {
    return hostsIn(await askVector(asking, fqdnQuery(asking.matchers), signal));
  } catch (error) {
    if (!(error instanceof TelemetryProblem)) throw error;
    asking.lack('names of addresses that could not be read');
    return new Map();
  }
}

/** One producer that cannot be read does not hide the others; when none can, the whole has failed. */
function together(
  answers: readonly DialectAnswer[],
  hosts: ReadonlyMap<string, string>,
  short: ReadonlyMap<string, number>,
): CallReading {
  const calls: ObservedCall[] = [];
  const skipped: Record<string, number> = Object.fromEntries(short);
  const producers: Record<string, number> = {};
  const problems: TelemetryProblem[] = [];
  for (const { dialect, answer } of answers) {
    if (answer instanceof TelemetryProblem) problems.push(answer);
    else if ('unreadable' in answer) problems.push(new TelemetryProblem('bad-answer', answer.unreadable));
    else {
      for (const call of answer.calls) calls.push({ ...call, to: named(call.to, hosts) });
      producers[dialect.name] = (producers[dialect.name] ?? 0) + answer.calls.length;
      for (const [why, count] of Object.entries(answer.skipped)) skipped[why] = (skipped[why] ?? 0) + count;
    }
  }
  const [first] = problems;
  if (first !== undefined && problems.length === answers.length) return failureOf(first);
  if (first !== undefined) skipped['metrics that could not be read'] = problems.length;
  return { kind: 'read', calls, skipped, producers };
}

/** Throws TelemetryProblem. A refusal says why in its body. */
async function ask({ client, lack }: Asking, query: string, signal: AbortSignal): Promise<JsonValue> {
  const path = '/api/v1/query';
  const posted = await client.ask(path, { query }, 'POST', signal);
  // Something in between may let only reading methods through.
  const answer =
    posted.kind === 'status' && posted.status === 405 ? await client.ask(path, { query }, 'GET', signal) : posted;
  if (answer.kind === 'json') {
    if (arrayAt(answer.body, 'warnings').length > 0) lack(partial);
    return answer.body;
  }
  const said = stringAt(answer.body, 'error');
  const reason = said === undefined ? '' : `: ${said.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 200)}`;
  throw new TelemetryProblem('refused', `${client.host} refused the query (${answer.status})${reason}`);
}

async function askVector(asking: Asking, query: string, signal: AbortSignal): Promise<JsonArray> {
  const vector = vectorOf(await ask(asking, query, signal));
  if (vector === undefined)
    throw new TelemetryProblem('bad-answer', `${asking.client.host} is no query API of Prometheus`);
  return vector;
}

function namesIn(vector: JsonArray): ReadonlySet<string> {
  return new Set(vector.flatMap((series) => sampleOf(series)?.labels['__name__'] ?? []));
}

/** Addresses that one name alone has. */
function hostsIn(vector: JsonArray): ReadonlyMap<string, string> {
  const hosts = new Map<string, string | null>();
  for (const series of vector) {
    const { ip, fqdn } = isJsonObject(series) ? (sampleOf(series)?.labels ?? {}) : {};
    if (ip === undefined || fqdn === undefined || fqdn === '') continue;
    hosts.set(ip, hosts.has(ip) && hosts.get(ip) !== fqdn ? null : fqdn);
  }
  return new Map([...hosts].flatMap(([ip, fqdn]) => (fqdn === null ? [] : [[ip, fqdn]])));
}

/** The address stays where it is known in the cluster: a name may be an old one. */
function named(party: Party, hosts: ReadonlyMap<string, string>): Party {
  const host = hosts.get(party.name);
  return host === undefined ? party : { ...party, alias: host };
}

function failureOf(error: unknown): CallReading {
  if (!(error instanceof TelemetryProblem)) throw error;
  return { kind: 'failed', problem: error.problem, why: error.message, retryAfterMs: error.retryAfterMs };
}

async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = [...items.entries()];
  const run = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return results;
}
