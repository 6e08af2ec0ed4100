import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface ReplicaOptions {
  /** A folder of its own for configuration, state and cache. */
  readonly dir: string;
  readonly kubeconfig: string;
  /** JSON of a `mooring.yaml`; the address, the state file and the log level are added. */
  readonly config: object;
}

const status = z.object({
  ready: z.boolean(),
  kinds: z.array(z.object({ kind: z.object({ kind: z.string() }), phase: z.string(), reason: z.string() })),
  leadership: z.object({ isLeader: z.boolean(), leader: z.string().nullable(), reason: z.string() }).optional(),
});
export type ReplicaStatus = z.output<typeof status>;

/** A daemon in a process of its own, as in a pod. */
export interface Replica extends AsyncDisposable {
  readonly log: string[];
  signal(signal: NodeJS.Signals): void;
  /** Rejects while nobody answers. */
  status(): Promise<ReplicaStatus>;
}

/** Resolves when it listens. */
export async function startReplica({ dir, kubeconfig, config }: ReplicaOptions): Promise<Replica> {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'mooring.yaml');
  const whole = {
    ...config,
    api: { listen: '127.0.0.1:0' },
    history: { path: join(dir, 'state.sqlite') },
    log: { level: 'debug' },
  };
  writeFileSync(file, JSON.stringify(whole));
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir, KUBECONFIG: kubeconfig };
  const child = spawn(process.execPath, [main, 'run', '--config', file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  const address = await listening(child, log);
  return {
    log,
    signal: (signal) => child.kill(signal),
    async status() {
      const response = await fetch(`${address}/api/v1/status`, { signal: AbortSignal.timeout(2_000) });
      return status.parse(await response.json());
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function listening(child: ChildProcess, log: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const take = (chunk: Buffer): void => {
    for (const line of chunk.toString('utf8').split('\n')) {
      if (line === '') continue;
      log.push(line);
      const address = /"address":"([^"]+)"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    }
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  child.once('exit', (code) => reject(new Error(`the daemon ended with ${code}: ${log.slice(-5).join('\n')}`)));
  return promise;
}
