import { cpus, loadavg, totalmem } from 'node:os';

/** One line that says what the figures were measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1);
  return `${cpu?.model ?? 'unknown'} x ${cpus().length}, ${memory} GiB, Node ${process.version}, load ${load}`;
}
