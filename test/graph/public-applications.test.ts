import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../src/graph/build-graph.ts';
import { graphDocument } from '../../src/graph/export-graph.ts';
import { builtAt, findings, lines, pairs, resources } from './world.ts';

/** Reduced likenesses of applications many people know, each with the traps of the original. */
function graphOfFile(name: string, defaultNamespace: string) {
  const text = readFileSync(new URL(`../fixtures/graph/${name}.yaml`, import.meta.url), 'utf8');
  return buildGraph(resources(text), { builtAt, defaultNamespace });
}

describe('every visible edge and no other', () => {
  test('a blog: a database name, a user and a label equal to a Service are decoys', () => {
    const graph = graphOfFile('blog', 'shop');
    expect(lines(graph)).toEqual(['wordpress -> wordpress-mysql data mysql']);
    expect(findings(graph)).toEqual([]);
    expect(graphDocument(graph).nodes[0]).toMatchObject({ id: 'shop/wordpress', exposed: true });
  });

  test('a bank: who is not in the shared list is believed, who is in it is not', () => {
    const graph = graphOfFile('bank', 'shop');
    expect(lines(graph)).toEqual([
      'balancereader -> ledger-db data postgres',
      'contacts -> accounts-db data postgres',
      'frontend -> balancereader call http',
      'frontend -> contacts call http',
      'frontend -> ledgerwriter call http',
      'frontend -> transactionhistory call http',
      'frontend -> userservice call http',
      'ledgerwriter -> ledger-db data postgres',
      'loadgenerator -> frontend call http',
      'transactionhistory -> ledger-db data postgres',
      'userservice -> accounts-db data postgres',
    ]);
    expect(graphDocument(graph).coverage.notSeen).toContain(
      '2 workloads share one list of 5 addresses: who of them calls whom cannot be told from it',
    );
  });

  test('a pet store: nginx, a queue, waiting containers, an assistant that is not there', () => {
    const graph = graphOfFile('petstore', 'shop');
    expect(lines(graph)).toEqual([
      'makeline-service -> mongodb data mongodb',
      'makeline-service -> rabbitmq message amqp',
      'order-service -> rabbitmq message amqp',
      'store-front -> order-service call http',
      'store-front -> product-service call http',
      'virtual-worker -> makeline-service call http',
    ]);
    expect(findings(graph)).toEqual([
      'product-service: env AI_SERVICE_URL = http://ai-service:5001: no Service ai-service in namespace shop of these manifests',
    ]);
  });

  test('a telescope shop: hosts and ports apart, variables, flags full of names, telemetry in its own layer', () => {
    const graph = graphOfFile('telescope-shop', 'shop');
    expect(pairs(graph)).toEqual([
      'accounting -> kafka',
      'accounting -> postgresql',
      'ad -> flagd',
      'cart -> valkey-cart',
      'frontend -> ad',
      'frontend -> cart',
      'frontend-proxy -> frontend',
      'frontend-proxy -> image-provider',
    ]);
    expect(pairs(graph, ['operations'])).toEqual([
      'flagd -> telescopes/otel-collector',
      'frontend -> telescopes/otel-collector',
      'frontend-proxy -> telescopes/grafana',
      'telescopes/otel-collector -> valkey-cart',
    ]);
    expect(findings(graph)).toContain(
      'frontend-proxy: env FLAGD_UI_HOST = flagd-ui: no Service flagd-ui in namespace shop of these manifests',
    );
  });
});
