import { expect, test } from 'vitest';
import { z } from 'zod';
import { formatDomains } from '../../../src/cli/graph/domains-output.ts';
import { formatPredictions } from '../../../src/cli/graph/predictions-command.ts';
import { formatBlastRadius } from '../../../src/cli/graph/radius-output.ts';
import { formatUpstream } from '../../../src/cli/graph/upstream-command.ts';
import { blastRadiusDocument, upstreamDocument } from '../../../src/cli/server-documents.ts';
import { blastRadius } from '../../../src/graph/blast-radius.ts';
import { changeRadius } from '../../../src/graph/change/change-radius.ts';
import { graphDomains } from '../../../src/graph/graph-domains.ts';
import type { PredictionRecord } from '../../../src/predictions/prediction.ts';
import { scoreOf } from '../../../src/predictions/score-predictions.ts';
import { configMap, graphOf, served, workload } from '../../graph/world.ts';

/** Clears the screen, turns the line around, rings, and begins a new line. */
const hostile = '\u001b[2J\u202e\u0007\r\n\u009b31m';
const now = '2026-03-01T12:00:00.000Z';
const wide = { colour: false, columns: null };
const narrow = { colour: false, columns: 40 };

/** A text of a document with something hostile put in, unless it is a word of a closed list or a time. */
function poisoned(key: string, value: unknown): unknown {
  const isClosed = ['effect', 'change', 'state', 'sees', 'kind', 'trigger'].includes(key);
  if (typeof value !== 'string' || isClosed || value.startsWith('2026-')) return value;
  return `${value.slice(0, 4)}${hostile}${value.slice(4)}`;
}

function poison<T>(shape: z.ZodType<T>, document: unknown): T {
  const parsed: unknown = JSON.parse(JSON.stringify(document, poisoned));
  return shape.parse(parsed);
}

const flags = configMap('flags', { A: '1' });
const graph = graphOf(
  served('cart', 80, { env: { WEB: 'http://web' }, annotations: { 'mooring.dev/owner': 'shop' } }),
  served('web', 80, { env: { CART: 'http://cart' }, container: { envFrom: [{ configMapRef: { name: 'flags' } }] } }),
  workload('far', { namespace: 'edge', env: { CART: 'http://cart.shop' } }),
  flags,
);

function expectPlain(texts: readonly string[]): void {
  for (const text of texts) {
    expect(text.length).toBeGreaterThan(20);
    // oxlint-disable-next-line no-control-regex -- line ends are ours, nothing else is
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    // A line end of a name would begin a line with what stood behind it.
    expect(text).not.toMatch(/^31m/m);
  }
}

test('no name steers the terminal in a blast radius', () => {
  const change = { id: flags.id, change: 'removed', paths: [], before: flags, after: null, at: null } as const;
  for (const document of [blastRadius(graph, 'shop/cart'), changeRadius(graph, [change], { of: 'a..b' })]) {
    const view = poison(blastRadiusDocument, document);
    expectPlain([formatBlastRadius(view, wide, 10), formatBlastRadius(view, narrow, 10)]);
  }
});

test('no name steers the terminal in domains, predictions and changes upstream', () => {
  const domains = poison(z.custom<ReturnType<typeof graphDomains>>(), graphDomains(graph));
  expectPlain([formatDomains(domains, wide, 10), formatDomains(domains, narrow, 10)]);
  const record: PredictionRecord = {
    id: 'p1',
    trigger: 'episode',
    of: 'v1/ConfigMap/shop/flags',
    origins: [],
    madeAt: '2026-03-01T10:00:00.000Z',
    until: '2026-03-01T11:00:00.000Z',
    affected: [{ id: 'shop/cart', effect: 'breaks', probability: 0.9 }],
    outcome: { kind: 'scored', scoredAt: now, hit: ['shop/cart'] },
  };
  const items = [poison(z.custom<PredictionRecord>(), record)];
  expectPlain([wide, narrow].map((page) => formatPredictions({ score: scoreOf(items), items }, now, page)));
  const upstream = poison(upstreamDocument, {
    of: 'shop/web',
    changes: [
      {
        resource: 'v1/ConfigMap/shop/flags',
        path: 'data.COLOR',
        change: 'changed',
        state: 'open',
        actor: { manager: 'kubectl-edit', class: 'human' },
        onset: { notAfter: '2026-03-01T10:00:00.000Z' },
        effect: 'degrades',
        probability: 0.57,
        through: ['shop/cart', 'shop/web'],
        why: 'reads it as env COLOR',
      },
    ],
    notSeen: ['no traffic was observed'],
  });
  expectPlain([wide, narrow].map((page) => formatUpstream(upstream, now, page)));
});
