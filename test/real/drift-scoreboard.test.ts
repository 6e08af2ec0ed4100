import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AuditReport } from '../../src/drift/drift-report.ts';
import { allFindings, auditPlane } from './audit-plane.ts';
import { type KubectlDiff, kubectlDiff } from './kubectl-diff.ts';
import { editLive } from './live-edit.ts';
import { freshNamespace, kubectl } from './plane-access.ts';
import { Scoreboard } from './scoreboard.ts';
import { type EditRow, editRows, type GitRow, gitRows } from './scoreboard-rows.ts';

const pair = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'scoreboard', 'pair.yaml'), 'utf8');
const engine = '--field-manager=argocd-controller';

interface Creation {
  readonly by: string;
  readonly flags: readonly string[];
}

const creations: readonly Creation[] = [
  { by: 'client-side apply', flags: [] },
  { by: 'client-side apply as an engine', flags: [engine] },
  { by: 'server-side apply', flags: ['--server-side', engine] },
];

/** Each edit is made twice; the other client is one or the other in turn. */
const clients = [
  { client: 'kubectl-edit', managerOf: () => 'kubectl-edit' },
  { client: 'dashboard or helm', managerOf: (index: number) => (index % 2 === 0 ? 'dashboard' : 'helm') },
];

const ways = creations.map(({ by }) => by);
const manual = new Scoreboard('Fifteen hand edits', ways);
const inGit = new Scoreboard('Ten changes in Git', ways);
const quiet = new Scoreboard('Quiet about what nobody touched', ways);
afterAll(() => console.log([manual, inGit, quiet].map((board) => `\n${board.format()}\n`).join('')));

describe.for(creations)('the public scoreboard, objects made by $by', ({ by, flags }) => {
  test.for(clients)('fifteen edits by $client are found with their author, and nothing else', async ({ managerOf }) => {
    const namespace = await freshNamespace('scoreboard');
    const manifests = [...editRows.map(({ row }) => pairOf(row)), pairOf('control')].join('---\n');
    await kubectl(['-n', namespace, 'apply', ...flags, '-f', '-'], { input: manifests });
    const authors = new Map(editRows.map((row, index) => [row.row, managerOfEdit(row) ?? managerOf(index)]));
    for (const { row, edit } of editRows) {
      const manager = `--field-manager=${authors.get(row)}`;
      await editLive(namespace, row, { ...edit, flags: [...(edit.flags ?? []), manager] });
    }

    const report = await auditPlane({ manifests, namespace });
    const found = findingsByName(report);
    for (const { row, what, finding } of editRows)
      manual.add(what, 'Mooring', by, found.includes(`${row}: ${finding}`));
    quiet.add('the untouched control', 'Mooring', by, !found.some((line) => line.startsWith('control: ')));
    for (const [tool, diff] of await diffsOf(namespace, manifests, flags)) {
      for (const { row, what } of editRows) manual.add(what, tool, by, shows(diff, row));
      quiet.add('the untouched control', tool, by, isQuiet(diff, 'control'));
    }

    expect(found).toEqual(editRows.map(({ row, finding }) => `${row}: ${finding}`).toSorted());
    // Who removed a field is seen only by watching.
    const present = editRows.filter(({ finding }) => !finding.startsWith('-'));
    expect(authorsOf(report)).toEqual(present.map(({ row }) => `${row}: ${authors.get(row)}`).toSorted());
  });

  test('ten changes in Git are found where they matter: as drift, or as pending beside the earlier revision', async () => {
    const namespace = await freshNamespace('scoreboard');
    const before = [...gitRows.map(beforeOf), pairOf('control')].join('---\n');
    await kubectl(['-n', namespace, 'apply', ...flags, '-f', '-'], { input: before });
    const manifests = [...gitRows.map(afterOf), pairOf('control')].join('---\n');
    const found = findingsByName(await auditPlane({ manifests, namespace }));
    const pending = findingsByName(await auditPlane({ manifests, namespace, earlier: before }));

    for (const { row, what, findings } of gitRows)
      inGit.add(what, 'Mooring', by, found.some((line) => line.startsWith(`${row}: `)) === findings.length > 0);
    // What Git can never be accepted with makes kubectl give up on everything, so it is asked about that alone.
    for (const rows of [gitRows.filter(isAcceptable), gitRows.filter((row) => !isAcceptable(row))]) {
      for (const [tool, diff] of await diffsOf(namespace, rows.map(afterOf).join('---\n'), flags))
        for (const { row, what, findings } of rows)
          inGit.add(what, tool, by, diff.kind === 'shown' && shows(diff, row) === findings.length > 0);
    }
    expect(found).toEqual(wantedOf((finding) => finding));
    expect(pending).toEqual(wantedOf((finding) => finding.replace(/^[~+-]/, 'pending ')));
  });
});

test('the scoreboard reads fifteen of fifteen and ten of ten however the objects were made', () => {
  const counts = ways.map((way) => [manual.count('Mooring', way), inGit.count('Mooring', way)]);
  expect(counts).toEqual(ways.map(() => [15, 10]));
});

function pairOf(name: string): string {
  return pair.replaceAll('ROW', name);
}

function beforeOf({ row, before }: GitRow): string {
  return before === undefined ? pairOf(row) : before(pairOf(row));
}

function afterOf({ row, after }: GitRow): string {
  return after(pairOf(row));
}

function isAcceptable({ findings }: GitRow): boolean {
  return !findings.some((finding) => finding.startsWith('invalid '));
}

function shows(diff: KubectlDiff, name: string): boolean {
  return diff.kind === 'shown' && diff.names.has(name);
}

function isQuiet(diff: KubectlDiff, name: string): boolean {
  return diff.kind === 'shown' && !diff.names.has(name) && !diff.noise.has(name);
}

function managerOfEdit({ edit }: EditRow): string | undefined {
  return edit.flags?.find((flag) => flag.startsWith('--field-manager='))?.split('=')[1];
}

/** `NAME: FINDING`: each row has a name of its own, and the path says which of its two objects is meant. */
function findingsByName(report: AuditReport): readonly string[] {
  return allFindings(report)
    .map((line) => line.replace(/^\S+ /, ''))
    .toSorted();
}

function authorsOf(report: AuditReport): readonly string[] {
  const authors = report.resources.flatMap(({ name, differences }) =>
    differences.flatMap(({ change, actor }) => (change === 'removed' ? [] : [`${name}: ${actor.manager}`])),
  );
  return authors.toSorted();
}

function wantedOf(as: (finding: string) => string): readonly string[] {
  return gitRows.flatMap(({ row, findings }) => findings.map((finding) => `${row}: ${as(finding)}`)).toSorted();
}

/** Both modes of `kubectl diff`, given the best chance: the same manager, and conflicts are no refusal. */
async function diffsOf(
  namespace: string,
  manifests: string,
  flags: readonly string[],
): Promise<readonly (readonly [string, KubectlDiff])[]> {
  const manager = flags.filter((flag) => flag === engine);
  return [
    ['kubectl diff', await kubectlDiff(namespace, manifests, [])],
    [
      'kubectl diff --server-side',
      await kubectlDiff(namespace, manifests, ['--server-side', '--force-conflicts', ...manager]),
    ],
  ];
}
