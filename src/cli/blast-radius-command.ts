import type { Command } from 'commander';
import type { Affected, BlastRadius } from '../graph/blast-radius.ts';
import type { Effect } from '../graph/impact/rank-callers.ts';
import type { CliContext } from './cli-context.ts';
import type { CommandRun } from './command-run.ts';
import { formatDocument, outputOption } from './output-format.ts';
import { createPaint, type Paint } from './paint.ts';
import { printable } from './printable.ts';
import { addManifestOptions, readSources, textOption } from './source-options.ts';

/** `mooring blast-radius KIND/NAME`: who breaks, degrades, or may, when this changes or fails. */
export function addBlastRadiusCommand(program: Command, run: CommandRun): void {
  const command = program
    .command('blast-radius')
    .argument('<kind/name>', 'what changes or fails, such as deployment/web, configmap/flags or a node of the graph')
    .description('rank what breaks when something changes or fails')
    .option('--server <url>', 'ask a running daemon instead, such as http://127.0.0.1:9480')
    .addOption(outputOption(['table', 'json', 'yaml']));
  addManifestOptions(command).action(async (target: string, options) => {
    const server = textOption(options, 'server');
    const output = textOption(options, 'output');
    if (server !== undefined) return showFromServer(run, server, target, output);
    const radius = await run.withWorkbench(options, (workbench) =>
      workbench.blastRadius(readSources(options), target, run.context.signal),
    );
    run.context.write(
      output === 'json' || output === 'yaml'
        ? await formatDocument(radius, output)
        : formatBlastRadius(radius, run.context),
    );
  });
}

async function showFromServer(
  run: CommandRun,
  server: string,
  target: string,
  output: string | undefined,
): Promise<void> {
  const [{ askServer }, { blastRadiusDocument }] = await Promise.all([
    import('./ask-server.ts'),
    import('./server-documents.ts'),
  ]);
  const path = `/api/v1/blast-radius?of=${encodeURIComponent(target)}`;
  const answer = await askServer(server, path, run.context.signal);
  run.context.write(
    output === 'json' || output === 'yaml'
      ? await formatDocument(answer, output)
      : formatBlastRadius(blastRadiusDocument.parse(answer), run.context),
  );
}

/** The members that are shown, whoever computed them. */
interface RadiusView extends Pick<BlastRadius, 'of' | 'entryPoints' | 'unlisted'> {
  readonly affected: readonly Pick<
    Affected,
    'id' | 'effect' | 'probability' | 'path' | 'evidence' | 'tier' | 'owner'
  >[];
  readonly coverage: Pick<BlastRadius['coverage'], 'workloads' | 'withEvidence' | 'notSeen'>;
}

const effectWords: Readonly<Record<Effect, string>> = {
  breaks: 'breaks',
  degrades: 'degrades',
  'may-degrade': 'may degrade',
};

/** A blast radius for people: the worst first, each with the way it is reached and why that is believed. */
export function formatBlastRadius(radius: RadiusView, { colour }: Pick<CliContext, 'colour'>): string {
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

function tail(radius: RadiusView, paint: Paint): readonly string[] {
  const { coverage, entryPoints, unlisted } = radius;
  const users = entryPoints.length === 0 ? [] : [`Users notice at ${printable(entryPoints.join(', '))}.`];
  const more = unlisted === 0 ? [] : [`${unlisted} more are not listed.`];
  const seen = `${coverage.withEvidence} of ${coverage.workloads} workloads have evidence`;
  return [...users, ...more, paint.faint(printable(`${[seen, ...coverage.notSeen].join('; ')}.`))];
}
