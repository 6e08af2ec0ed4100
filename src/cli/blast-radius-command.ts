import type { Command } from 'commander';
import type { BlastRadius, Effect } from '../graph/blast-radius.ts';
import type { CliContext } from './cli-context.ts';
import type { CommandRun } from './command-run.ts';
import { formatDocument, outputOption } from './output-format.ts';
import { createPaint, type Paint } from './paint.ts';
import { printable } from './printable.ts';
import { textOption } from './source-options.ts';

/** `mooring blast-radius KIND/NAME`: who breaks, degrades, or may, when this changes or fails. */
export function addBlastRadiusCommand(program: Command, run: CommandRun): void {
  program
    .command('blast-radius')
    .argument('<kind/name>', 'what changes or fails, such as deployment/web, configmap/flags or a node of the graph')
    .description('rank what breaks when something changes or fails')
    .option('--manifests <source>', 'manifests to read: a directory, or REPO[#REVISION][:PATH]')
    .option('--desired <source>', 'the same as --manifests')
    .option('--live <live>', 'also read the live side: a directory of dumps, or kube:[CONTEXT]')
    .option('-n, --namespace <namespace>', 'where objects without a namespace belong (default: "default")')
    .option('-c, --config <file>', 'a mooring.yaml that says what the options do not')
    .addOption(outputOption(['table', 'json', 'yaml']))
    .action(async (target: string, options) => {
      const sources = {
        desired: textOption(options, 'manifests') ?? textOption(options, 'desired'),
        live: textOption(options, 'live'),
        namespace: textOption(options, 'namespace'),
      };
      const radius = await run.withWorkbench(textOption(options, 'config'), (workbench) =>
        workbench.blastRadius(sources, target, run.context.signal),
      );
      const output = textOption(options, 'output');
      run.context.write(
        output === 'json' || output === 'yaml'
          ? await formatDocument(radius, output)
          : formatBlastRadius(radius, run.context),
      );
    });
}

const effectWords: Readonly<Record<Effect, string>> = {
  breaks: 'breaks',
  degrades: 'degrades',
  'may-degrade': 'may degrade',
};

/** A blast radius for people: the worst first, each with the way it is reached and why that is believed. */
export function formatBlastRadius(radius: BlastRadius, { colour }: Pick<CliContext, 'colour'>): string {
  const paint = createPaint(colour);
  const lines = [paint.strong(printable(`When ${radius.of} changes or fails`)), ''];
  if (radius.affected.length === 0) lines.push('  Nothing is known to depend on it.');
  for (const affected of radius.affected) {
    const tier = affected.tier === null ? '' : `, tier ${affected.tier}`;
    const owner = affected.owner === null ? '' : `, ${affected.owner}`;
    const chance = `${Math.round(affected.probability * 100)} %`.padStart(5);
    lines.push(
      `  ${paintEffect(paint, affected.effect)} ${chance}  ${paint.strong(printable(affected.id))}${printable(tier + owner)}`,
    );
    if (affected.path.length > 2) lines.push(paint.faint(`${indent}by ${printable(affected.path.join(' → '))}`));
    const [first] = affected.evidence;
    if (first !== undefined) lines.push(paint.faint(`${indent}${printable(first)}`));
  }
  lines.push('', ...tail(radius, paint));
  return `${lines.join('\n')}\n`;
}

const indent = ' '.repeat(21);

function paintEffect(paint: Paint, effect: Effect): string {
  const severity = effect === 'breaks' ? 'high' : effect === 'degrades' ? 'medium' : 'low';
  return paint.severity(severity, effectWords[effect].padEnd(11));
}

function tail(radius: BlastRadius, paint: Paint): readonly string[] {
  const { coverage, entryPoints, unlisted } = radius;
  const users = entryPoints.length === 0 ? [] : [`Users notice at ${printable(entryPoints.join(', '))}.`];
  const more = unlisted === 0 ? [] : [`${unlisted} more are not listed.`];
  const seen = `${coverage.withEvidence} of ${coverage.workloads} workloads have evidence`;
  return [...users, ...more, paint.faint(printable(`${[seen, ...coverage.notSeen].join('; ')}.`))];
}
