import { Option, type Command } from 'commander';
import type { Memory } from '../app-ports.ts';
import { AppError } from '../errors/app-error.ts';
import type { DeliveryRecord } from '../incidents/delivery.ts';
import type { CliContext } from './cli-context.ts';
import type { CommandRun } from './command-run.ts';
import { ago } from './describe-actor.ts';
import { formatDocument, outputOption } from './output-format.ts';
import { createPaint } from './paint.ts';
import { printable } from './printable.ts';
import { readCount } from './read-count.ts';
import { textOption } from './source-options.ts';

const states = ['waiting', 'delivered', 'dead'] as const;

const mostEver = 99_999;

/** `mooring deliveries`: what was told to hooks, what still waits, and what no attempt could deliver. */
export function addDeliveriesCommand(program: Command, run: CommandRun): void {
  program
    .command('deliveries')
    .description('list what was sent to hooks, and send again what could not be delivered')
    .addOption(new Option('--state <state>', 'only these').choices(states))
    .addOption(new Option('--limit <count>', 'how many at most').default('50').argParser(readCount))
    .option('--replay <id>', 'let a dead delivery be tried again, under the same id')
    .option('--history <file>', 'the state file of the daemon')
    .option('-c, --config <file>', 'a mooring.yaml that names the state file')
    .addOption(outputOption(['table', 'json', 'yaml']))
    .action(async (options) => {
      const { context } = run;
      await using memory = await context.services.openMemory(run.openOptions(options));
      const replayed = textOption(options, 'replay');
      if (replayed !== undefined) await replay(memory, replayed);
      const state = states.find((each) => each === textOption(options, 'state')) ?? null;
      const limit = Number(textOption(options, 'limit'));
      const items =
        replayed === undefined
          ? await memory.deliveries({ state, limit })
          : (await memory.deliveries({ state: null, limit: mostEver })).filter(({ id }) => id === replayed);
      const output = textOption(options, 'output');
      context.write(
        output === 'json' || output === 'yaml'
          ? await formatDocument({ apiVersion: 'mooring.dev/v1', kind: 'DeliveryList', items }, output)
          : formatDeliveries(items, new Date().toISOString(), context),
      );
    });
}

async function replay(memory: Memory, id: string): Promise<void> {
  if (await memory.replay(id)) return;
  throw new AppError({
    code: 'delivery-not-found',
    what: `cannot send ${id} again`,
    why: 'no delivery of this id was given up',
    remedy: 'Run "mooring deliveries --state dead" to see those that were',
  });
}

/** Two lines a delivery, newest first; `now` is RFC 3339. The body is left to the other formats. */
export function formatDeliveries(
  deliveries: readonly DeliveryRecord[],
  now: string,
  { colour }: Pick<CliContext, 'colour'>,
): string {
  if (deliveries.length === 0) return 'No deliveries.\n';
  const paint = createPaint(colour);
  const width = Math.max(...deliveries.map(({ id }) => id.length));
  const blocks = deliveries.map((delivery) => {
    const { id, state, target, type, attempts, createdAt } = delivery;
    const word = state.padEnd('delivered'.length);
    const shown = state === 'dead' ? paint.severity('high', word) : word;
    const head = [id.padEnd(width), shown, paint.strong(printable(target)), printable(type)].join('  ');
    const count = `${attempts} attempt${attempts === 1 ? '' : 's'}`;
    const tail = [count, `made ${ago(createdAt, now)}`, ...outcome(delivery, now)].join(', ');
    return `${head}\n${' '.repeat(width + 2)}${paint.faint(printable(tail))}\n`;
  });
  return blocks.join('');
}

function outcome({ state, settledAt, lastStatus, lastError }: DeliveryRecord, now: string): readonly string[] {
  const end = settledAt === null ? [] : [`${state === 'dead' ? 'given up' : state} ${ago(settledAt, now)}`];
  const status = lastStatus === null ? [] : [`HTTP ${lastStatus}`];
  return [...end, ...status, ...(lastError === null ? [] : [lastError])];
}
