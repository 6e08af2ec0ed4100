import { type Command, Option, type OptionValues } from 'commander';
import type { SourceRequest } from '../app-ports.ts';

/** The options that name the two sides, the same on every command that compares them. */
export function addSourceOptions(command: Command): Command {
  return addCommonOptions(
    command
      .option('--desired <source>', 'what Git says: a directory, or REPO[#REVISION][:PATH]')
      .option('--live <live>', 'what the cluster holds: a directory of dumps, or kube:[CONTEXT]')
      .option(
        '--server-dry-run',
        'ask the API server in a dry run what admission makes of an object that differs; needs the right to create',
      ),
  );
}

/** The options of commands that read manifests first of all, and the live side only when asked. */
export function addManifestOptions(command: Command): Command {
  return addCommonOptions(
    command
      .option('--manifests <source>', 'manifests to read: a directory, or REPO[#REVISION][:PATH]')
      .option('--desired <source>', 'the same as --manifests')
      .option('--live <live>', 'also read the live side: a directory of dumps, or kube:[CONTEXT]')
      .addOption(
        new Option(
          '--observed <place>',
          'take in observed traffic: the URL of a Prometheus, Jaeger or Zipkin, or a file with an answer of theirs; several times',
        ).argParser((place: string, before: readonly string[] | undefined) => [...(before ?? []), place]),
      )
      .option('--images', 'ask the registries of images what ENV, ENTRYPOINT and CMD their builds set'),
  );
}

function addCommonOptions(command: Command): Command {
  return command
    .option('-n, --namespace <namespace>', 'where desired objects without a namespace belong (default: "default")')
    .option('--kubeconfig <file>', 'the kubeconfig of kube: (default: as kubectl finds it)')
    .option('-c, --config <file>', 'a mooring.yaml that says what the options do not');
}

export function readSources(options: OptionValues): SourceRequest {
  return {
    desired: textOption(options, 'manifests') ?? textOption(options, 'desired'),
    live: textOption(options, 'live'),
    namespace: textOption(options, 'namespace'),
    ...(options['serverDryRun'] === true ? { serverDryRun: true } : {}),
    ...(options['images'] === true ? { images: true } : {}),
    ...observedPlaces(options['observed']),
  };
}

function observedPlaces(value: unknown): Pick<SourceRequest, 'observed'> {
  if (!Array.isArray(value)) return {};
  return { observed: value.filter((place) => typeof place === 'string') };
}

/** A parsed option as text; undefined when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value: unknown = options[name];
  return typeof value === 'string' ? value : undefined;
}
