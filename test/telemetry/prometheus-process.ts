import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianProgram } from '../../tools/debian-program.ts';
import { findFreePorts } from '../../tools/plane/free-ports.ts';

/** The real Prometheus, as Debian packages it. */
export interface PrometheusProcess extends AsyncDisposable {
  readonly url: string;
  /** SIGKILL, and the start after it with the same data on the same port. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Scrapes the targets (`127.0.0.1:PORT`) every second. */
export async function startPrometheus(targets: readonly string[]): Promise<PrometheusProcess> {
  const program = await debianProgram('prometheus', () => {});
  const [port = 0] = await findFreePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'mooring-prometheus-'));
  const file = join(folder, 'prometheus.yml');
  const jobs = targets.map((target, index) => ({
    job_name: `target-${index}`,
    static_configs: [{ targets: [target] }],
  }));
  writeFileSync(
    file,
    JSON.stringify({ global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: jobs }),
  );
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const running = child;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    if (running.kill('SIGKILL')) await ended;
  };
  const start = async (): Promise<void> => {
    const options = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`, '--log.level=error'];
    const started = spawn(program, [...options, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
    child = started;
    for (let tries = 0; !(await isReady(url)); tries += 1) {
      if (tries > 600 || started.exitCode !== null) throw new Error('Prometheus does not start');
      await sleep(50);
    }
  };
  await start();
  return {
    url,
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).status === 200;
  } catch {
    return false;
  }
}
