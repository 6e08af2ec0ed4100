import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { AppError } from '../../src/errors/app-error.ts';

export interface ComponentSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** One program of the control plane: it can be killed and started again on the same data and ports. */
export interface Component {
  readonly name: string;
  readonly logFile: string;
  /** Process id while it runs. */
  readonly pid: number | undefined;
  start(): void;
  /** Ends it and waits until it is gone. Without a signal it is killed at once. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Throws when the program has ended by itself, with the end of its log. */
  assertRunning(): void;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A component that is not started yet. */
export function createComponent(spec: ComponentSpec): Component {
  let child: ChildProcess | undefined;
  let failure: string | undefined;
  return {
    name: spec.name,
    logFile: spec.logFile,
    get pid(): number | undefined {
      return child?.pid;
    },
    start(): void {
      failure = undefined;
      const started = launch(spec);
      child = started;
      running.add(started);
      const ended = (how: string): void => {
        running.delete(started);
        if (child === started) {
          child = undefined;
          failure = how;
        }
      };
      started.once('error', (error) => ended(error.message));
      started.once('exit', (code, signal) => ended(`it ended with ${signal ?? `exit code ${code}`}`));
    },
    async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
      const stopping = child;
      child = undefined;
      if (stopping === undefined || stopping.exitCode !== null || stopping.signalCode !== null) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      stopping.once('exit', () => resolve());
      stopping.kill(signal);
      await promise;
    },
    assertRunning(): void {
      if (failure === undefined) return;
      throw componentFailed(spec, failure);
    },
  };
}

/** `setpriv` makes the kernel kill the program when this process dies, even by SIGKILL; elsewhere the exit hook must do. */
function launch(spec: ComponentSpec): ChildProcess {
  const setpriv = '/usr/bin/setpriv';
  const guarded = process.platform === 'linux' && existsSync(setpriv);
  const log = openSync(spec.logFile, 'a');
  try {
    return spawn(
      guarded ? setpriv : spec.command,
      guarded ? ['--pdeathsig', 'KILL', spec.command, ...spec.args] : spec.args,
      { cwd: spec.cwd, env: spec.environment, stdio: ['ignore', log, log], detached: guarded },
    );
  } finally {
    closeSync(log);
  }
}

/** The error for a component that does not run, with what it said last. */
export function componentFailed(spec: { readonly name: string; readonly logFile: string }, how: string): AppError {
  const log = existsSync(spec.logFile) ? readFileSync(spec.logFile, 'utf8') : '';
  const lastLines = log.trimEnd().split('\n').slice(-8).join('\n');
  return new AppError({
    code: 'cluster-unreachable',
    what: `${spec.name} of the test control plane does not run`,
    why: `${how}; the end of its log:\n${lastLines}\n`,
    remedy: `Read ${spec.logFile}`,
  });
}
