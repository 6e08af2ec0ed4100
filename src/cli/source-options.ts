import { type Command, type OptionValues } from 'commander';
import type { SourceRequest } from '../app-ports.ts';

const desiredHelp = 'what Git says: a directory, or REPO[#REVISION][:PATH]';
const liveHelp = 'what the cluster holds: a directory of dumps, or kube:[CONTEXT]';

/** The options that name the two sides, the same on every command that compares them. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--desired <source>', desiredHelp)
    .option('--live <live>', liveHelp)
    .option('-n, --namespace <namespace>', 'where desired objects without a namespace belong (default: "default")')
    .option('-c, --config <file>', 'a mooring.yaml that says what the options do not');
}

export function readSources(options: OptionValues): SourceRequest {
  return {
    desired: textOption(options, 'desired'),
    live: textOption(options, 'live'),
    namespace: textOption(options, 'namespace'),
  };
}

/** A parsed option as text; undefined when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value: unknown = options[name];
  return typeof value === 'string' ? value : undefined;
}
