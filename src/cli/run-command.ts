import type { Command } from 'commander';
import type { CommandRun } from './command-run.ts';
import { textOption } from './source-options.ts';
import { version } from './version.ts';

/** `mooring run`: the daemon, until SIGINT or SIGTERM. Its log goes to standard output, one JSON object a line. */
export function addRunCommand(program: Command, run: CommandRun): void {
  program
    .command('run')
    .description('watch, compare, tell and propose until stopped')
    .option('-c, --config <file>', 'the configuration, a mooring.yaml')
    .option('--desired <source>', 'what Git says, instead of the first source of the configuration')
    .option('--live <live>', 'what the cluster holds: a directory of dumps, or kube:[CONTEXT]')
    .option('-n, --namespace <namespace>', 'where desired objects without a namespace belong')
    .option('--kubeconfig <file>', 'the kubeconfig of kube: (default: as kubectl finds it)')
    .option('--listen <address>', 'where metrics, health and the API listen')
    .option('--history <file>', 'the state file')
    .option('--log-level <level>', 'debug, info, warn or error')
    .action(async (options) => {
      const { services, signal } = run.context;
      const flag = (name: string) => textOption(options, name);
      const daemon = await services.startDaemon({
        ...run.openOptions(options),
        flags: {
          desired: flag('desired'),
          live: flag('live'),
          namespace: flag('namespace'),
          listen: flag('listen'),
          history: flag('history'),
          'log-level': flag('logLevel'),
        },
        version,
        write: (line) => run.context.write(line),
      });
      await untilAborted(signal);
      await daemon.stop();
      run.endedBySignal();
    });
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
