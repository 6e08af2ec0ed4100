import { startPlane } from '../tools/plane/start-plane.ts';
import type { Round } from '../src/loop/round.ts';
import { type Demo, openDemo } from './demo-daemon.ts';
import { makeDemoPlace } from './demo-place.ts';
import { heading, type Page, tellChanges, tellPlaces, tellProposal, tellRisk } from './demo-story.ts';
import { handEdits } from './harbour-shop/hand-edits.ts';
import { installShop } from './harbour-shop/install.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';

export interface ClusterDemoOptions {
  readonly page: Page;
  readonly print: (...texts: readonly string[]) => void;
  readonly once: boolean;
  /** Resolves when somebody wants to stop. */
  readonly asked: Promise<undefined>;
}

/** The shop on a real control plane: each edit is made by the real kubectl, and reported as the daemon sees it. */
export async function demonstrateCluster({ page, print, once, asked }: ClusterDemoOptions): Promise<void> {
  print(heading('A real control plane', page));
  await using stack = new AsyncDisposableStack();
  const plane = stack.adopt(await startPlane({ onProgress: (line) => print(`  ${line}\n`) }), (each) => each.stop());
  const kubectl = createKubectl(plane.kubeconfig);
  print('  installing the harbour shop\n');
  await installShop(kubectl);
  const place = stack.use(await makeDemoPlace(true));
  const demo = stack.use(await openDemo(place, { ...process.env, KUBECONFIG: plane.kubeconfig }));
  const first = await Promise.race([demo.nextRound(), asked]);
  if (first === undefined) return;
  const { summary } = first.report;
  print(`  ${summary.resources} resources, ${summary.drifted} drifted\n`);

  print(heading('Somebody edits it by hand', page));
  const rounds = await editAndTell(kubectl, demo, { page, print });
  const last = rounds.at(-1);
  if (last === undefined) return;
  const judgements = rounds.flatMap((round) => round.judgements);
  const proposals = rounds.flatMap((round) => round.proposals);
  print(heading('What it puts at risk', page), tellRisk(judgements, page));
  print(heading('What would put it right', page), await tellProposal(proposals, place, page));
  print(heading('Where to look', page), tellPlaces(demo.app.address, place, page));
  if (once) return print('\n  Done; the control plane is stopped again. Without --once it stays and watches.\n');
  const { paint } = page;
  print(heading('Watching', page), '  Edit the cluster yourself, in another terminal:\n');
  print(`    ${paint.place(`export KUBECONFIG=${plane.kubeconfig}`)}\n`);
  print(`    ${paint.place('npx kubectl --namespace harbour scale deployment/search --replicas=7')}\n`);
  print('  Ctrl-C ends the demonstration and stops the control plane.\n\n');
  demo.onRound((round) => print(tellChanges(round, page)));
  await asked;
}

async function editAndTell(
  kubectl: Kubectl,
  demo: Demo,
  { page, print }: Pick<ClusterDemoOptions, 'page' | 'print'>,
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (const { story, args, editor } of handEdits) {
    const command = `${editor === undefined ? '' : `KUBE_EDITOR='${editor}' `}kubectl ${args.map(quoted).join(' ')}`;
    print(`\n  ${page.paint.strong(story)}\n    ${page.paint.faint(command)}\n`);
    await kubectl(args, editor === undefined ? {} : { KUBE_EDITOR: editor });
    rounds.push(...(await roundsUntilNews(demo, (round) => print(tellChanges(round, page)))));
  }
  return rounds;
}

/** An edit may take several events to arrive; the first round that decides something is the news. */
async function roundsUntilNews(demo: Demo, tell: (round: Round) => void): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (;;) {
    const round = await demo.nextRound();
    rounds.push(round);
    tell(round);
    if (round.decisions.some(({ kind }) => kind === 'open')) return rounds;
  }
}

function quoted(argument: string): string {
  return /^[\w./:=,-]+$/.test(argument) ? argument : `'${argument}'`;
}
