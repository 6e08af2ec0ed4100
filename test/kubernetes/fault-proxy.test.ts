import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** Behind the proxy: answers each request with its method, its path and three lines. */
let server: Server;
let proxy: FaultProxy;
let asked: number;

beforeEach(async () => {
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    response.setHeader('x-behind', 'yes');
    response.end(`${request.method} ${request.url}\ntwo é\nthree\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  proxy = await startFaultProxy({ url: `http://127.0.0.1:${isAddress(address) ? address.port : 0}` });
});

afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

const text = async (): Promise<string> => (await fetch(`${proxy.url}/path?query=1`)).text();

test('without a fault an exchange passes unchanged, and is seen', async () => {
  const response = await fetch(`${proxy.url}/path?query=1`);
  expect(response.headers.get('x-behind')).toBe('yes');
  expect(await response.text()).toBe('GET /path?query=1\ntwo é\nthree\n');
  expect(proxy.seen.map(({ pathname }) => pathname)).toEqual(['/path']);
});

test('a fault is chosen for each request', async () => {
  proxy.fault = ({ url }) => (url.pathname === '/bad' ? { kind: 'answer', status: 503, body: 'no' } : undefined);
  expect((await fetch(`${proxy.url}/bad`)).status).toBe(503);
  expect((await fetch(`${proxy.url}/good`)).status).toBe(200);
  expect(asked).toBe(1);
});

test('reset and cut tear the connection, the one before the answer, the other inside it', async () => {
  proxy.fault = () => ({ kind: 'reset' });
  await expect(text()).rejects.toThrow();
  proxy.fault = () => ({ kind: 'cut', afterBytes: 5 });
  await expect(text()).rejects.toThrow();
});

test('pause and slow change when bytes arrive, not what arrives', async () => {
  const whole = await text();
  proxy.fault = () => ({ kind: 'pause', afterBytes: 5, ms: 10 });
  expect(await text()).toBe(whole);
  proxy.fault = () => ({ kind: 'slow', bytes: 3, ms: 1 });
  expect(await text()).toBe(whole);
});

test('lines may be dropped, doubled and replaced', async () => {
  proxy.fault = () => ({
    kind: 'lines',
    change: (line) => (line.startsWith('GET') ? [] : line === 'three' ? ['3', '3'] : [line]),
  });
  expect(await text()).toBe('two é\n3\n3\n');
});

test('a frozen path answers nothing and closes nothing, until new connections may pass again', async () => {
  proxy.freeze();
  const signal = AbortSignal.timeout(150);
  await expect(fetch(proxy.url, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  proxy.thaw();
  expect(await text()).toContain('three');
});
