import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMemory } from '../../src/app-memory.ts';
import { openStore } from '../../src/history/store.ts';
import { startDaemon } from '../../src/app-run.ts';
import { openWorkbench } from '../../src/app-workbench.ts';
import { runCli } from '../../src/cli/cli.ts';
import { parseJson, stringAt, valueAt } from '../../src/resource/json.ts';

let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mooring-cli-'));
  await Promise.all(['manifests', 'live', 'same'].map((name) => mkdir(join(dir, name))));
  await writeFile(join(dir, 'manifests', 'shop.yaml'), manifest('1', 'false'));
  await writeFile(join(dir, 'same', 'shop.yaml'), manifest('1', 'false'));
  await writeFile(join(dir, 'live', 'shop.yaml'), manifest('2', 'true'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function manifest(image: string, flag: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: web:${image}
          envFrom: [{ configMapRef: { name: flags } }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: flags, namespace: shop }
data:
  BETA: "${flag}"
`;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as a person types it, with DIR for the folder of this test. */
async function mooring(line: string, signal = new AbortController().signal): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli({
    argv: line.split(' ').map((word) => word.replace('DIR', dir)),
    env: { HOME: dir, PATH: process.env['PATH'] },
    write: (text) => out.push(text),
    complain: (text) => err.push(text),
    columns: null,
    colour: false,
    signal,
    services: { openWorkbench, openMemory, startDaemon },
  });
  const clean = (texts: readonly string[]) => texts.join('').replaceAll(dir, 'DIR');
  return { code, stdout: clean(out), stderr: clean(err) };
}

const sides = '--desired DIR/manifests --live DIR/live';

describe('exit codes say what kubectl diff says', () => {
  it.each([
    [`audit ${sides}`, 1],
    ['audit --desired DIR/manifests --live DIR/same', 0],
    [`diff deploy/web ${sides}`, 1],
    ['diff deploy/web --desired DIR/manifests --live DIR/same', 0],
    ['audit --desired DIR/none --live DIR/live', 2],
    ['audit', 2],
    ['', 2],
    ['--help', 0],
    ['audit --help', 0],
    ['--version', 0],
  ])('mooring %s ends with %i', async (line, code) => {
    expect((await mooring(line.trim())).code).toBe(code);
  });
});

it('audit prints a table for people', async () => {
  const { stdout, stderr } = await mooring(`audit ${sides}`);
  expect(stderr).toBe('');
  expect(stdout).toBe(`\
Deployment shop/web  drifted
  medium   ~ spec.template.spec.containers[name=web].image  shop.yaml:12
             web:1 → web:2
             by nobody known, nobody saw when

ConfigMap shop/flags  drifted
  medium   ~ data.BETA  shop.yaml:19
             "false" → "true"
             by nobody known, nobody saw when

2 resources: 2 drifted. 2 differences nothing explains, 0 explained (listed by -o json).
`);
});

it('audit -o json prints exactly one document', async () => {
  const { stdout, stderr } = await mooring(`audit ${sides} -o json`);
  expect(stderr).toBe('');
  const document = parseJson(stdout);
  expect(stringAt(document, 'kind')).toBe('AuditReport');
  expect(valueAt(document, 'summary')).toMatchObject({ resources: 2, drifted: 2, differences: 2 });
});

it('audit -o yaml says the same as -o json', async () => {
  const { parse } = await import('yaml');
  const [yaml, json] = [await mooring(`audit ${sides} -o yaml`), await mooring(`audit ${sides} -o json`)];
  const withoutTime = (text: string) => text.replaceAll(/"readAt": "[^"]*"/g, '""');
  expect(withoutTime(JSON.stringify(parse(yaml.stdout), null, 2))).toBe(withoutTime(json.stdout.trimEnd()));
});

it('diff shows one resource', async () => {
  expect((await mooring(`diff cm/flags ${sides}`)).stdout).toBe(`\
--- git/v1/ConfigMap/shop/flags
+++ live/v1/ConfigMap/shop/flags
@@ -19,1 +1,1 @@ data.BETA
-BETA: "false"
+BETA: "true"
`);
});

it('blast-radius names who depends on a configuration, and why', async () => {
  const { stdout } = await mooring('blast-radius configmap/flags --manifests DIR/manifests');
  expect(stdout).toContain('When shop/configmap/flags changes or fails');
  expect(stdout).toMatch(/breaks +\d+ % {2}shop\/web/);
  expect(stdout).toContain('env from ConfigMap flags (shop.yaml:13)');
});

it('graph export prints each format', async () => {
  const formats = ['json', 'dot', 'mermaid', 'graphml'];
  const texts = await Promise.all(formats.map((each) => mooring(`graph export --manifests DIR/manifests -o ${each}`)));
  expect(texts.map(({ stdout }) => stdout.trimStart().slice(0, 5))).toEqual([
    expect.stringMatching(/^\{/),
    expect.stringMatching(/^digr/),
    expect.stringMatching(/^(?:flow|graph|%%)/),
    expect.stringMatching(/^<\?xml/),
  ]);
});

it('rollback plan argues for a repair, and -o patch prints the change alone', async () => {
  const { stdout } = await mooring(`rollback plan cm/flags ${sides} --repair adopt -o patch`);
  expect(stdout).toBe(`\
diff --git a/shop.yaml b/shop.yaml
--- a/shop.yaml
+++ b/shop.yaml
@@ -16,4 +16,4 @@
 kind: ConfigMap
 metadata: { name: flags, namespace: shop }
 data:
-  BETA: "false"
+  BETA: "true"
`);
});

describe('an error is one plain sentence, or one document with -o json', () => {
  it.each([
    [
      'audti',
      `mooring: cannot read the command line: unknown command 'audti', did you mean audit? Run "mooring --help", or "mooring COMMAND --help" for one command.\n`,
    ],
    [
      'audit --desired DIR/manifests',
      'mooring: cannot tell what to read: --live is missing and no configuration names a source. Give --live, or --config with a mooring.yaml.\n',
    ],
    [
      'audit --desired DIR/none --live DIR/live',
      'mooring: cannot read DIR/none: there is no such directory. Correct the path of the source.\n',
    ],
    [
      `rollback propose cm/flags ${sides}`,
      'mooring: cannot propose a change to DIR/manifests: it is a plain directory, not a revision of a Git repository. Name the source as REPO#BRANCH:PATH, or apply the patch of "mooring rollback plan -o patch" by hand.\n',
    ],
    [
      'episodes --history DIR/none.sqlite',
      'mooring: cannot read the state file DIR/none.sqlite: it does not exist; no daemon has run with it yet. Name the file with --history, or the configuration of the daemon with --config.\n',
    ],
  ])('mooring %s', async (line, expected) => {
    const { code, stdout, stderr } = await mooring(line);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expected });
  });

  it('as a document', async () => {
    const { stdout, stderr } = await mooring('audit --desired DIR/none --live DIR/live -o json');
    expect(stdout).toBe('');
    expect(parseJson(stderr)).toEqual({
      apiVersion: 'mooring.dev/v1',
      kind: 'Error',
      code: 'source-not-found',
      what: 'cannot read DIR/none',
      why: 'there is no such directory',
      remedy: 'Correct the path of the source',
    });
  });

  it('a configuration lists all its mistakes below one another', async () => {
    await writeFile(join(dir, 'bad.yaml'), 'sorces: []\nrollback: { maxOpen: 0 }\n');
    expect((await mooring('audit --config DIR/bad.yaml')).stderr).toBe(`\
mooring: cannot use the configuration DIR/bad.yaml: it has 2 problems:
  - rollback.maxOpen (line 2) is 0: it is less than 1. Give the number: How many proposals may be open at once.
  - sorces (line 1): there is no such key. Did you mean sources?
Correct it; docs/configuration.md describes every key.
`);
    expect((await mooring('check-config DIR/bad.yaml')).code).toBe(2);
  });

  it('check-config names rules that can never match, which are no reason not to start', async () => {
    const rules =
      'rules:\n  - { path: spec.replicas, reason: sale, owner: crew, expires: 2020-01-01 }\n  - { path: /spec, kind: deployment, reason: x, owner: crew }\n';
    await writeFile(join(dir, 'rules.yaml'), rules);
    expect(await mooring('check-config DIR/rules.yaml')).toMatchObject({
      code: 0,
      stdout: `\
DIR/rules.yaml can be used.
Without effect:
  - rules[0].expires (line 2) is "2020-01-01T00:00:00.000Z": it has expired and hides nothing any more. Remove it, or give it another end.
  - rules[1].path (line 3) is "/spec": it is a JSON pointer, and paths of reports are dotted. Write it like spec.
  - rules[1].kind (line 3) is "deployment": no kind is written so. Write it as manifests do, without its group: Deployment.
`,
    });
    const { stdout } = await mooring('check-config DIR/rules.yaml -o json');
    expect(parseJson(stdout)).toMatchObject({ problems: [], warnings: [{ line: 2 }, { line: 3 }, { line: 3 }] });
  });
});

it('run watches until it is asked to stop, and episodes shows what it saw', { timeout: 60_000 }, async () => {
  const abort = new AbortController();
  const running = mooring(`run ${sides} --listen 127.0.0.1:0 --history DIR/state.sqlite`, abort.signal);
  await expect
    .poll(async () => (await mooring('episodes --history DIR/state.sqlite')).stdout, { timeout: 20_000, interval: 200 })
    .toMatch(/ConfigMap shop\/flags {2}data\.BETA/);
  abort.abort();
  const { code, stdout } = await running;
  expect(code).toBe(0);
  const lines = stdout.trim().split('\n').map(parseJson);
  expect(lines.map((line) => stringAt(line, 'message'))).toEqual(
    expect.arrayContaining(['listening', 'drift began', 'stopping', 'stopped']),
  );
});

describe('deliveries', () => {
  const delivery = {
    id: 'msg_1',
    target: 'pager',
    subject: 'ep_1',
    type: 'drift.opened',
    body: '{}',
    createdAt: '2026-11-25T10:00:00.000Z',
  };

  async function given(): Promise<void> {
    await using store = openStore({ path: join(dir, 'outbox.sqlite'), clock: () => new Date() });
    await store.episodes.record({ episodes: [], deliveries: [delivery] });
    await store.outbox.settle('msg_1', { kind: 'dead', why: 'no answer', status: 503 }, '2026-11-25T10:05:00.000Z');
  }

  it('are listed with how they ended', async () => {
    await given();
    const table = await mooring('deliveries --history DIR/outbox.sqlite');
    expect(table.stdout).toMatch(/^msg_1 {2}dead {7}pager {2}drift\.opened\n.*given up .*HTTP 503, no answer\n$/);
    expect((await mooring('deliveries --history DIR/outbox.sqlite --state waiting')).stdout).toBe('No deliveries.\n');
    const document = parseJson((await mooring('deliveries --history DIR/outbox.sqlite -o json')).stdout);
    expect(document).toMatchObject({ kind: 'DeliveryList', items: [{ ...delivery, state: 'dead' }] });
  });

  it('that were given up can be sent again, and no others', async () => {
    await given();
    const line = 'deliveries --history DIR/outbox.sqlite --replay msg_1';
    expect((await mooring(line)).stdout).toContain('msg_1  waiting');
    expect(await mooring(line)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('msg_1') });
  });
});
