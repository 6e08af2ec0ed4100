import { readFile, stat } from 'node:fs/promises';
import { openCalls } from './app-call-sources.ts';
import type { CallReading } from './collectors/call-source.ts';
import { observedSchema } from './config/config-schema.ts';
import { AppError } from './errors/app-error.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import { observe } from './graph/observed/observe.ts';
import { createMemory, remember } from './graph/observed/traffic-memory.ts';
import type { JsonValue } from './resource/json.ts';
import { readSavedCalls } from './telemetry/saved-calls.ts';
import type { TelemetryCredentials } from './telemetry/telemetry-client.ts';

type Env = Readonly<Record<string, string | undefined>>;

const window = 600_000;
const mostBytes = 64 * 1024 * 1024;

/**
 * Reads each place once, the URL of a Prometheus, Jaeger or Zipkin or a file with a saved answer, and takes what it tells into the graph.
 * A place that cannot be read leaves the graph as it is, and coverage says so.
 */
export async function observeOnce(
  graph: DependencyGraph,
  places: readonly string[],
  env: Env,
  signal: AbortSignal,
): Promise<void> {
  const sentences: string[] = [];
  for (const place of places) {
    const { name, reading } = /^https?:\/\//i.test(place)
      ? await readServer(place, env, signal)
      : { name: place, reading: await readSaved(place) };
    if (reading.kind === 'failed') sentences.push(`traffic of ${name}: ${reading.why}; what it would tell is missing`);
    else if (reading.calls.length === 0)
      sentences.push(`traffic of ${name}: it tells of no call${reasons(reading.skipped)}`);
    else {
      const at = graph.builtAt;
      const memory = createMemory(name, window);
      remember(memory, reading.calls, at);
      const { unresolved } = observe(graph, memory, new Map(), at);
      if (unresolved > 0)
        sentences.push(`traffic of ${name}: ${unresolved} calls have an end that is not in the graph`);
      if (Object.keys(reading.skipped).length > 0)
        sentences.push(`traffic of ${name}: series left out${reasons(reading.skipped)}`);
    }
  }
  graph.unobserved = [...graph.unobserved, ...sentences];
}

function reasons(skipped: Readonly<Record<string, number>>): string {
  const parts = Object.entries(skipped).map(([why, count]) => `${why}: ${count}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

interface Read {
  readonly name: string;
  readonly reading: CallReading;
}

/** A server says what it is by what it answers. */
async function readServer(place: string, env: Env, signal: AbortSignal): Promise<Read> {
  const { url, credentials } = readUrl(place);
  url.username = '';
  url.password = '';
  // Some put a token there; it is neither sent nor told.
  url.search = '';
  url.hash = '';
  const name = url.href;
  let first: CallReading | undefined;
  for (const type of ['prometheus', 'jaeger', 'zipkin'] as const) {
    const config = observedSchema.parse({ name, type, url: name, window: '10m' });
    await using opened = openCalls(config, credentials, env);
    const reading = await opened.source.read(signal);
    if (reading.kind === 'read') return { name, reading };
    first ??= reading;
    // Nobody else is at home where nobody answers.
    if (!['refused', 'bad-answer'].includes(reading.problem)) break;
  }
  return { name, reading: first ?? { kind: 'read', calls: [], skipped: {}, producers: {} } };
}

/** Throws AppError, which does not repeat it: there may be a password in it. */
function readUrl(place: string): { readonly url: URL; readonly credentials: TelemetryCredentials | null } {
  try {
    const url = new URL(place);
    const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    return { url, credentials: user === '' ? null : { kind: 'given', user, password } };
  } catch (cause) {
    const isUrl = URL.canParse(place);
    throw new AppError({
      code: 'usage',
      what: 'cannot read traffic from the URL of --observed',
      why: isUrl ? 'its user or password is not percent-encoded' : 'it is not a URL',
      remedy: 'Give it as http://host:port/path, with % in a user or password written as %25',
      cause: isUrl ? cause : undefined,
    });
  }
}

async function readSaved(file: string): Promise<CallReading> {
  const refuse = (why: string, cause?: unknown): AppError =>
    new AppError({
      code: 'usage',
      what: `cannot read traffic from ${file}`,
      why,
      remedy: 'Give the URL of a Prometheus, Jaeger or Zipkin, or a file with an answer of theirs',
      cause,
    });
  let text: string;
  try {
    if ((await stat(file)).size > mostBytes) throw refuse('it is larger than 64 MiB');
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  let body: JsonValue;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw refuse('it is not JSON, or only a part of it', error);
  }
  const read = readSavedCalls(body, window / 1000);
  if ('unreadable' in read) throw refuse(read.unreadable);
  return { kind: 'read', ...read, producers: {} };
}
