import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Measured {
  readonly seconds: number;
  /** Highest resident set of the process itself, in MiB, as the kernel keeps it. */
  readonly peakMiB: number;
  /** User and system time of the process itself, in seconds. */
  readonly cpuSeconds: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Its own start is part of the time; memory and cpu are read beside it every 10 ms. */
export async function runMeasured(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Measured> {
  const started = performance.now();
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? -1));
  let ended = false;
  const watched = watch(child.pid ?? 0, () => ended);
  const [stdout, stderr, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), promise]);
  const seconds = (performance.now() - started) / 1000;
  ended = true;
  return { seconds, code, stdout, stderr, ...(await watched) };
}

async function watch(pid: number, hasEnded: () => boolean): Promise<{ peakMiB: number; cpuSeconds: number }> {
  let [peakMiB, cpuSeconds] = [0, 0];
  while (!hasEnded()) {
    const use = processUse(pid);
    peakMiB = Math.max(peakMiB, use.peakMiB);
    cpuSeconds = Math.max(cpuSeconds, use.cpuSeconds);
    await sleep(10);
  }
  return { peakMiB, cpuSeconds };
}

/** What a process weighs and has spent so far, as the kernel keeps it; zeros when it has ended, or where there is no /proc. */
export function processUse(pid: number): { residentMiB: number; peakMiB: number; cpuSeconds: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return {
      residentMiB: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024,
      peakMiB: Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024,
      cpuSeconds: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond,
    };
  } catch {
    return { residentMiB: 0, peakMiB: 0, cpuSeconds: 0 };
  }
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
