import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openMemory } from '../../../src/app-memory.ts';
import { startDaemon } from '../../../src/app-run.ts';
import { openWorkbench } from '../../../src/app-workbench.ts';
import { runCli } from '../../../src/cli/cli.ts';
import { parseJson, valueAt } from '../../../src/resource/json.ts';

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1", env: [{ name: CART_URL, value: "http://cart.edge" }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: edge }
spec: { selector: { app: cart }, ports: [{ port: 80 }] }
`;

let dir = '';
let server = '';
let running: Promise<number>;
const abort = new AbortController();

function mooring(line: string, out: string[], err: string[] = []): Promise<number> {
  return runCli({
    argv: line.split(' '),
    env: { HOME: dir, PATH: process.env['PATH'] },
    write: (text) => out.push(text),
    complain: (text) => err.push(text),
    columns: null,
    colour: false,
    signal: abort.signal,
    services: { openWorkbench, openMemory, startDaemon },
  });
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mooring-ask-'));
  for (const side of ['manifests', 'live']) {
    await mkdir(join(dir, side));
    await writeFile(join(dir, side, 'shop.yaml'), manifest);
  }
  const log: string[] = [];
  running = mooring(`run --desired ${dir}/manifests --live ${dir}/live --listen 127.0.0.1:0 --history ${dir}/s`, log);
  const address = /127\.0\.0\.1:[1-9]\d*/;
  await vi.waitFor(() => expect(log.join('')).toMatch(address), { timeout: 30_000 });
  server = `http://${address.exec(log.join(''))?.[0] ?? ''}`;
  await vi.waitFor(async () => expect((await fetch(`${server}/readyz`)).status).toBe(200), { timeout: 30_000 });
}, 60_000);

afterAll(async () => {
  abort.abort();
  await running;
  await rm(dir, { recursive: true, force: true });
});

test('graph export and graph domains ask a daemon, and say the same as from manifests', async () => {
  for (const [command, part] of [
    ['graph export -o json', 'edges'],
    ['graph export -o json --focus deployment/web --direction down', 'nodes'],
    ['graph domains -o json', 'namespaces'],
  ] as const) {
    const [told, own]: [string[], string[]] = [[], []];
    expect(await mooring(`${command} --server ${server}`, told)).toBe(0);
    expect(await mooring(`${command} --manifests ${dir}/manifests`, own)).toBe(0);
    const [one, other] = [told, own].map((texts) => valueAt(parseJson(texts.join('')), part));
    expect(JSON.stringify(one, withoutTimes)).toBe(JSON.stringify(other, withoutTimes));
  }
});

test('the table of domains is that of the daemon', async () => {
  const out: string[] = [];
  expect(await mooring(`graph domains --server ${server}`, out)).toBe(0);
  expect(out.join('')).toContain('shop → edge: 1 edge');
});

test('a drawing is refused with what to do instead', async () => {
  const err: string[] = [];
  expect(await mooring(`graph export -o dot --server ${server}`, [], err)).toBe(2);
  expect(err.join('')).toContain('a daemon answers with JSON');
});

function withoutTimes(key: string, value: unknown): unknown {
  return key === 'firstSeen' || key === 'lastSeen' || key === 'file' ? null : value;
}
