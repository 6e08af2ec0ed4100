import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { observeOnce } from '../src/app-observe-once.ts';
import { graphOf, workload } from './graph/world.ts';

const { signal } = new AbortController();

test.each(['http://host.example:99999/', 'http://a%:sEcReT@127.0.0.1/', 'https://[::1/'])(
  '--observed %s is a mistake that is told without repeating it',
  async (place) => {
    const error: unknown = await observeOnce(graphOf(workload('web')), [place], {}, signal).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'usage', what: 'cannot read traffic from the URL of --observed' });
    expect(String(error)).not.toContain(place);
    expect(JSON.stringify(error)).not.toContain('sEcReT');
  },
);

test('credentials and tokens in the URL of --observed are in no sentence', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(500).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const graph = graphOf(workload('web'));
  await observeOnce(graph, [`http://ann:sEcReT@127.0.0.1:${port}/prom?token=sEcReT#sEcReT`], {}, signal);
  expect(graph.unobserved.join()).toMatch(new RegExp(`traffic of http://127.0.0.1:${port}/prom: .*failed \\(500\\)`));
  expect(graph.unobserved.join()).not.toContain('sEcReT');
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.join()).not.toContain('sEcReT');
});
