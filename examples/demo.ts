import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPaint } from '../src/cli/paint.ts';
import { AppError } from '../src/errors/app-error.ts';
import type { Round } from '../src/loop/round.ts';
import { openDemo } from './demo-daemon.ts';
import { type DemoPlace, makeDemoPlace } from './demo-place.ts';
import { heading, type Page, tellChanges, tellDrift, tellPlaces, tellProposal, tellRisk } from './demo-story.ts';

/**
 * `npm run demo`: the real daemon on the harbour shop, told for a person. `--once` ends after the story; `--cluster` runs it
 * against a real control plane and edits it with the real kubectl.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { once: { type: 'boolean' }, cluster: { type: 'boolean' } } });
  const asked = interrupted();
  if (values.cluster === true) {
    const { demonstrateCluster } = await import('./demo-cluster.ts');
    await demonstrateCluster({ page, print, once: values.once === true, asked });
    return;
  }
  await using place = await makeDemoPlace(false);
  await using demo = await openDemo(place, process.env);
  const first = await Promise.race([demo.nextRound(), asked]);
  if (first === undefined) return;
  print(heading('Mooring and the harbour shop', page));
  print(introduce(place));
  print(heading('What drifted', page), tellDrift(first, page));
  print(heading('What it puts at risk', page), tellRisk(first.judgements, page));
  print(heading('What would put it right', page), await tellProposal(first.proposals, place, page));
  print(heading('Where to look', page), tellPlaces(demo.app.address, place, page));
  if (values.once === true)
    return print('\n  Done; the folder of the demonstration is removed again. Without --once it stays and watches.\n');
  print(heading('Watching', page), invite(first, place));
  demo.onRound((round) => print(tellChanges(round, page)));
  await asked;
}

const page: Page = {
  paint: createPaint(process.stdout.isTTY && process.stdout.hasColors()),
  width: process.stdout.isTTY ? process.stdout.columns : 100,
};

function print(...texts: readonly string[]): void {
  process.stdout.write(texts.join(''));
}

function introduce(place: DemoPlace): string {
  const { paint } = page;
  return [
    `  ${paint.strong('Git')}   ${place.repository}#main:manifests`,
    `  ${paint.strong('live')}  ${place.dumps ?? 'a real control plane'}, dumped from a real cluster after a bad evening`,
    `  ${paint.strong('how')}   the daemon of src/app.ts with ${place.config}`,
    '',
  ].join('\n');
}

/** Two things to try, each of which is seen at once. */
function invite(round: Round, place: DemoPlace): string {
  const { paint } = page;
  const adopt = round.proposals.find(({ branch }) => branch?.startsWith('mooring/adopt/') === true)?.branch;
  const flags = join(place.dumps ?? '', 'configmaps.yaml');
  return [
    '  Edit a dump, as if somebody had edited the cluster:',
    `    ${paint.place(`sed -i 's/GIFT_CARDS: "false"/GIFT_CARDS: "true"/' ${flags}`)}`,
    ...(adopt === undefined || adopt === null
      ? []
      : ['  Merge a proposal, and its drift ends:', `    ${paint.place(`git -C ${place.repository} merge ${adopt}`)}`]),
    '  Ctrl-C ends the demonstration and removes its folder.',
    '',
    '',
  ].join('\n');
}

/** Resolves with the first SIGINT or SIGTERM. */
function interrupted(): Promise<undefined> {
  return new Promise((resolve) => {
    const stop = (): void => resolve(undefined);
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 2;
});
