import { type Command, Option, type OptionValues } from 'commander';
import type { ProposalAnswer, RepairQuestion, SourceRequest, Workbench } from '../app-ports.ts';
import { AppError } from '../errors/app-error.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import type { RepairPlan } from '../rollback/repair-plan.ts';
import type { CommandRun } from './command-run.ts';
import { formatDocument, outputOption } from './output-format.ts';
import { formatPlan, formatProposal } from './plan-output.ts';
import { findTarget, parseTarget } from './resource-target.ts';
import { addSourceOptions, readSources, textOption } from './source-options.ts';

const repairs = ['restore', 'adopt', 'revert', 'split-brain', 'bot-fight'] as const;

/** `mooring rollback plan|propose`: the change that puts one resource right, shown or proposed. */
export function addRollbackCommand(program: Command, run: CommandRun): void {
  const rollback = program.command('rollback').description('the change that puts drift right');
  addRepairOptions(
    rollback
      .command('plan')
      .description('compute a repair, argue for it and prove it; changes nothing')
      .addOption(outputOption(['table', 'json', 'yaml', 'patch'])),
  ).action(async (target: string, options) => {
    const plan = await ask(run, target, options, (workbench, sources, question) =>
      workbench.plan(sources, question, run.context.signal),
    );
    run.context.write(await printPlan(plan, textOption(options, 'output'), run));
  });
  addRepairOptions(
    rollback
      .command('propose')
      .description('propose a repair: a branch with its title and its reasons')
      .addOption(outputOption(['table', 'json', 'yaml'])),
  ).action(async (target: string, options) => {
    const answer = await ask(run, target, options, (workbench, sources, question) =>
      workbench.propose(sources, question, run.context.signal),
    );
    run.context.write(await printProposal(answer, textOption(options, 'output'), run));
  });
}

function addRepairOptions(command: Command): Command {
  return addSourceOptions(
    command
      .argument('<id|kind/name>', 'an episode, or a resource such as deployment/web')
      .addOption(new Option('--repair <repair>', 'this repair instead of the best one').choices(repairs))
      .option('--history <file>', 'the state file that knows the episode'),
  );
}

type Asked<T> = (workbench: Workbench, sources: SourceRequest, question: RepairQuestion) => Promise<T>;

async function ask<T>(run: CommandRun, target: string, options: OptionValues, work: Asked<T>): Promise<T> {
  const sources = readSources(options);
  const repair = repairs.find((each) => each === textOption(options, 'repair'));
  const choose = await chooser(run, target, options);
  return await run.withWorkbench(options, (workbench) => work(workbench, sources, { choose, repair }));
}

async function chooser(run: CommandRun, target: string, options: OptionValues): Promise<RepairQuestion['choose']> {
  if (target.includes('/')) {
    const parsed = parseTarget(target, textOption(options, 'namespace'));
    return (reports) => findTarget(parsed, target, reports);
  }
  const { kind, group, namespace, name } = await resourceOfEpisode(run, target, options);
  const exact = { kind: kind.toLowerCase(), group, namespace: namespace === '' ? undefined : namespace, name };
  return (reports) => findTarget(exact, `${kind}/${name}`, reports);
}

async function resourceOfEpisode(run: CommandRun, id: string, options: OptionValues): Promise<ResourceId> {
  await using memory = await run.context.services.openMemory(run.openOptions(options));
  const episode = await memory.episode(id);
  if (episode !== null) return episode.resource;
  throw new AppError({
    code: 'episode-not-found',
    what: `cannot find the episode ${id}`,
    why: 'the state file knows none that begins like this, or several do',
    remedy: 'Run "mooring episodes" to see them, or name the resource as KIND/NAME',
  });
}

async function printPlan(plan: RepairPlan, output: string | undefined, run: CommandRun): Promise<string> {
  if (output === 'json' || output === 'yaml') return formatDocument(plan, output);
  if (output !== 'patch') return formatPlan(plan, run.context);
  if (plan.refused === null) return plan.edits.map(({ patch }) => patch).join('');
  throw new AppError({
    code: 'proposal-refused',
    what: `cannot make a patch for ${plan.object}`,
    why: `${plan.refused.why} (${plan.refused.code})`,
    remedy: plan.refused.remedy,
  });
}

async function printProposal(answer: ProposalAnswer, output: string | undefined, run: CommandRun): Promise<string> {
  if (output === 'json' || output === 'yaml') return formatDocument(answer, output);
  return formatProposal(answer, run.context);
}
