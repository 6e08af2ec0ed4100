import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JsonValue, parseJson, stringAt } from '../../../src/resource/json.ts';
import { kubeToolsDir } from '../../../tools/kube-tools.ts';

/** One change as kubectl printed it: another version than it printed last of that object, or its end. */
export interface SeenChange {
  /** `namespace/name`. */
  readonly key: string;
  /** Null when it was deleted. */
  readonly version: string | null;
}

/** `kubectl get KIND --watch` in a loop: it ends with each watch, and begins again with a list. */
export interface KubectlWatch extends AsyncDisposable {
  /** The changes that came since the last call. */
  take(): readonly SeenChange[];
  /** How often it was started. */
  readonly starts: number;
}

export interface KubectlWatchOptions {
  readonly kind: string;
  /** As kubectl takes it: `configmaps`, `deployments.apps`. */
  readonly resource: string;
  readonly kubeconfig: string;
  /** For its cache of discovery. */
  readonly dir: string;
}

export function watchWithKubectl({ kind, resource, kubeconfig, dir }: KubectlWatchOptions): KubectlWatch {
  const stop = new AbortController();
  const newest = new Map<string, bigint>();
  let changes: SeenChange[] = [];
  let starts = 0;

  const take = (event: JsonValue): void => {
    const metadata = (name: string): string => stringAt(event, 'object', 'metadata', name) ?? '';
    // What a server says in trouble is no object; what a fault puts in from another stream is of another kind.
    if (metadata('name') === '' || stringAt(event, 'object', 'kind') !== kind) return;
    const key = `${metadata('namespace')}/${metadata('name')}`;
    const version = metadata('resourceVersion');
    // kubectl prints what is replayed to it as well, and a list when it begins again.
    if (BigInt(version) <= (newest.get(key) ?? -1n)) return;
    newest.set(key, BigInt(version));
    changes.push({ key, version: stringAt(event, 'type') === 'DELETED' ? null : version });
  };

  const runOnce = async (): Promise<void> => {
    const args = [
      'get',
      resource,
      '--all-namespaces',
      '--watch',
      '--output-watch-events',
      '-o',
      'json',
      '--request-timeout=0',
    ];
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: dir,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(dir, 'cache'),
    };
    const child = spawn(join(kubeToolsDir(), 'kubectl'), args, {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      signal: stop.signal,
    });
    child.on('error', () => {});
    const ended = new Promise((resolve) => child.once('close', resolve));
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(parseJson(line));
    });
    await ended;
  };

  const done = (async () => {
    while (!stop.signal.aborted) {
      starts += 1;
      await runOnce();
      await sleep(100);
    }
  })();

  return {
    take() {
      const taken = changes;
      changes = [];
      return taken;
    },
    get starts() {
      return starts;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
    },
  };
}
