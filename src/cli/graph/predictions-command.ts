import { type Command, Option } from 'commander';
import type { PredictionReport } from '../../api/api-queries.ts';
import type { PredictionRecord } from '../../predictions/prediction.ts';
import type { PredictionScore } from '../../predictions/score-predictions.ts';
import type { CliContext } from '../cli-context.ts';
import type { CommandRun } from '../command-run.ts';
import { ago } from '../describe-actor.ts';
import { formatDocument, outputOption } from '../output-format.ts';
import { createPaint } from '../paint.ts';
import { printable } from '../printable.ts';
import { readCount } from '../read-count.ts';
import { textOption } from '../source-options.ts';
import { wrapText } from './wrap-text.ts';

/** `mooring predictions`: what blast radiuses said, and how often it came true. */
export function addPredictionsCommand(program: Command, run: CommandRun): void {
  program
    .command('predictions')
    .description('show what blast radiuses predicted, and how often that came true')
    .addOption(new Option('--limit <count>', 'how many at most').default('20').argParser(readCount))
    .option('--history <file>', 'the state file of the daemon')
    .option('-c, --config <file>', 'a mooring.yaml that names the state file')
    .addOption(outputOption(['table', 'json', 'yaml']))
    .action(async (options) => {
      const { context } = run;
      await using memory = await context.services.openMemory(run.openOptions(options));
      const report = await memory.predictions(Number(textOption(options, 'limit')));
      const output = textOption(options, 'output');
      context.write(
        output === 'json' || output === 'yaml'
          ? await formatDocument({ apiVersion: 'mooring.dev/v1', kind: 'PredictionReport', ...report }, output)
          : formatPredictions(report, new Date().toISOString(), context),
      );
    });
}

/** The score, what it rests on, and the latest predictions; `now` is RFC 3339. */
export function formatPredictions(
  { score, items }: PredictionReport,
  now: string,
  { colour, columns }: Pick<CliContext, 'colour' | 'columns'>,
): string {
  const paint = createPaint(colour);
  const plain = (text: string, indent = 0): string[] => wrapText(printable(text), { width: columns, indent });
  const lines = [
    ...plain(countsOf(score)).map((line) => paint.strong(line)),
    ...plain(`precision ${percent(score.precision)}: of those said to break or degrade, had an alert or drift`, 2),
    ...plain(`recall    ${percent(score.recall)}: of those that had one, had been named`, 2),
    ...plain(`Brier     ${score.brier === null ? '–' : score.brier.toFixed(3)}: 0 is perfect, 0.25 is a coin`, 2),
    ...score.deciles.flatMap(({ from, nodes, predicted, observed }) =>
      plain(
        `${Math.round(from * 100)}–${Math.round(from * 100) + 10} %: predicted ${percent(predicted)}, came ${percent(observed)}, of ${nodes}`,
        4,
      ),
    ),
    ...score.caution.flatMap((sentence) => plain(`Note: ${sentence}.`)),
  ];
  const blocks = items.flatMap((item) => [
    '',
    ...predictionLines(item, now, columns).map((line, at) => (at === 0 ? line : paint.faint(line))),
  ]);
  return `${[...lines, ...blocks].join('\n')}\n`;
}

function countsOf({ scored, waiting, untested, withHits }: PredictionScore): string {
  return `${scored} scored, ${withHits} of them with an alert or drift afterwards; ${waiting} still open, ${untested} never put to the test`;
}

function percent(share: number | null): string {
  return share === null ? '–' : `${Math.round(share * 100)} %`;
}

const mostNames = 5;

function predictionLines(
  { of, trigger, madeAt, affected, outcome }: PredictionRecord,
  now: string,
  width: number | null,
): string[] {
  const named = affected.filter(({ effect }) => effect !== 'may-degrade').map(({ id }) => id);
  const why = trigger === 'episode' ? 'drifted' : 'was asked about';
  return [
    ...wrapText(printable(`${of} ${why} ${ago(madeAt, now)}`), { width, indent: 0 }),
    ...wrapText(printable(`said: ${namesOf(named)}`), { width, indent: 2 }),
    ...wrapText(printable(`came: ${cameOf(outcome)}`), { width, indent: 2 }),
  ];
}

function cameOf(outcome: PredictionRecord['outcome']): string {
  if (outcome === null) return 'not known yet';
  return outcome.kind === 'untested' ? 'it did not fail, so nothing was proved' : namesOf(outcome.hit);
}

function namesOf(ids: readonly string[]): string {
  if (ids.length === 0) return 'nobody';
  const rest = ids.length - mostNames;
  return `${ids.slice(0, mostNames).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
