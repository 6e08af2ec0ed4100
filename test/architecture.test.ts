import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderRules, longFiles, maximumLines } from './architecture-rules.ts';
import { findCycle, type SourceFile, scanSource } from './architecture-scan.ts';
import { breachesOf } from './architecture-walls.ts';

const root = dirname(import.meta.dirname);
const source = join(root, 'src');
const paths = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(source, join(entry.parentPath, entry.name)).split(sep).join('/'));
const files = await Promise.all(
  paths
    .filter((path) => path.endsWith('.ts'))
    .map((path) => scanSource(path, readFileSync(join(source, path), 'utf8'))),
);

describe('the walls of src/', () => {
  test('every file keeps to the rules of its folder', () => {
    expect(files.flatMap(breachesOf)).toEqual([]);
  });

  test('no file imports itself by way of others, types included', () => {
    const cycle = findCycle(files);
    expect(cycle?.join(' → ')).toBeUndefined();
  });

  test('every folder is told in ARCHITECTURE.md, and no other', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    const told = new Set([...text.matchAll(/^\| `src\/([a-z/]+)\/` \|/gm)].map(([, name = '']) => name));
    expect(told).toEqual(new Set(folderRules.map((rule) => rule.folder)));
  });

  test('every folder has a rule and something in it', () => {
    const filled = new Set(
      paths.map((path) => path.split('/')[0]).filter((name) => name !== undefined && !name.endsWith('.ts')),
    );
    const ruled = new Set(folderRules.map((rule) => rule.folder.split('/')[0]));
    expect(filled).toEqual(ruled);
  });

  test('a file that is excused for its length is still that long', () => {
    const excused = Object.keys(longFiles).filter((path) => {
      const file = files.find((each) => `src/${each.path}` === path);
      return file === undefined || file.lines <= maximumLines;
    });
    expect(excused).toEqual([]);
  });
});

describe('the rules notice', () => {
  const breachesIn = async (path: string, text: string): Promise<readonly string[]> =>
    breachesOf(await scanSource(path, text));

  test.for([
    ["import { runGit } from '../git/run-git.ts';", 'imports src/git/run-git.ts'],
    ["import type { X } from '../git/run-git.ts';", 'imports a type of src/git/run-git.ts'],
    ["import {\n  type A,\n  b,\n} from '../api/server.ts';", 'imports src/api/server.ts'],
    ["export { x } from '../loop/queue.ts';", 'imports src/loop/queue.ts'],
    ["const x = await import('../forge/local.ts');", 'imports src/forge/local.ts'],
    ["import { load } from 'js-yaml';", 'no package but json-diff-ts'],
    ["import { readFileSync } from 'node:fs';", 'uses node:fs'],
    ['export const now = () => Date.now();', 'uses Date.now'],
    ['export const now = () => new Date();', 'uses new Date()'],
    ['export const dice = () => Math.random();', 'uses Math.random'],
    ['export const home = () => process.env;', 'uses process'],
    ["export * from './other.ts';", 'has "export *"'],
  ] as const)('%j in a pure folder', async ([text, expected]) => {
    expect(await breachesIn('drift/some-file.ts', text)).toEqual([expect.stringContaining(expected)]);
  });

  test.for([
    "// it was Math.random() and Date.now() before; import x from '../git/a.ts'",
    'export const at = (ms: number) => new Date(ms);',
    "export const text = 'the process. Date.now(';",
    'export const x = (process: { id: number }) => process.id;',
    "import { type A, type B } from '../resource/json.ts';",
  ])('nothing in %j', async (text) => {
    expect(await breachesIn('drift/some-file.ts', text)).toEqual([]);
  });

  test.for([
    ['cli/audit.ts', "import type { AuditReport } from '../drift/drift-report.ts';", []],
    ['cli/audit.ts', "import { detect } from '../drift/detect-drift.ts';", ['only types of drift']],
    ['api/Server.ts', '', ['not named in kebab-case']],
    ['api/utils.ts', '', ['a name that says nothing']],
    ['app-daemon.ts', "import { x } from './git/run-git.ts';", []],
    ['app.ts', "import { x } from './cli/cli.ts';", ['does not know who asked']],
    ['main.ts', "import { x } from './git/run-git.ts';", ['the process and nothing else']],
    ['incidents/deliver.ts', "import { x } from './hooks/slack.ts';", ['do not know the targets']],
    ['rollback/propose-rollback.ts', 'export const now = () => Date.now();', []],
    ['elsewhere/x.ts', '', ['in no folder']],
  ] as const)('%s with %j', async ([path, text, expected]) => {
    const breaches = await breachesIn(path, text);
    expect(breaches).toEqual(expected.map((part) => expect.stringContaining(part)));
  });

  test('a file that is too long', async () => {
    expect(await breachesIn('drift/some-file.ts', 'x;\n'.repeat(301))).toEqual([
      expect.stringContaining('has 301 lines'),
    ]);
  });

  test('a cycle through types', async () => {
    const scan = (path: string, text: string): Promise<SourceFile> => scanSource(path, text);
    const ring = await Promise.all([
      scan('drift/a.ts', "import type { B } from './b.ts';"),
      scan('drift/b.ts', "import { c } from './c.ts';"),
      scan('drift/c.ts', "import type { A } from './a.ts';"),
    ]);
    expect(findCycle(ring)).toEqual(['drift/a.ts', 'drift/b.ts', 'drift/c.ts', 'drift/a.ts']);
    expect(findCycle(ring.slice(0, 2))).toBeUndefined();
  });
});
