import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { bfsFromNode } from 'graphology-traversal';
import { type BlastRadius, blastRadius } from '../src/graph/blast-radius.ts';
import { buildGraph, updateGraph } from '../src/graph/build-graph.ts';
import type { DependencyGraph } from '../src/graph/dependency-graph.ts';
import { walkCallers } from '../src/graph/impact/walk-callers.ts';
import {
  defaultQuantiles,
  type DegreeQuantiles,
  deploymentOf,
  drawEstate,
  manifestsOf,
  seeded,
} from './graph-estate.ts';

/**
 * Figures of the graph on drawn estates: build, update of one workload, blast radius against graphology-traversal on the same graph, memory;
 * and on estates without levels, where nearly everything can be reached, how few are likely to break and who the first ten are.
 *
 *   node --expose-gc bench/graph.ts [--quantiles FILE] [--sizes 1000,10000,40000] [--flat 10000] [--queries 2000] [--seed 7]
 */
const { values } = parseArgs({
  options: {
    quantiles: { type: 'string' },
    sizes: { type: 'string', default: '1000,10000,40000' },
    queries: { type: 'string', default: '2000' },
    flat: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '7' },
  },
});
const builtAt = '2026-01-01T00:00:00Z';
const quantiles: DegreeQuantiles =
  values.quantiles === undefined ? defaultQuantiles : JSON.parse(readFileSync(values.quantiles, 'utf8'));
const [cpu] = cpus();

console.log(
  `${cpu?.model ?? 'unknown'} x ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, seed ${values.seed}`,
);
for (const size of values.sizes.split(',').map(Number)) measure(size);
for (const size of values.flat.split(',').map(Number)) rank(size);

function measure(services: number): void {
  const seed = Number(values.seed);
  const estate = drawEstate(services, quantiles, seed);
  const resources = manifestsOf(estate);
  const before = heap();
  const [graph, buildMs] = timed(() => buildGraph(resources, { builtAt }));
  const after = heap();
  const edges = graph.nodes.size;
  console.log(`\n${services} services, ${edges} edges (${resources.length} resources)`);
  console.log(
    `  build            ${buildMs.toFixed(0)} ms, ${((buildMs * 1000) / resources.length).toFixed(1)} us a resource`,
  );
  console.log(`  heap             ${after - before} MB for graph, evidence and indexes`);
  reportUpdates(graph, estate, seed);
  reportQueries(graph, seed);
}

function reportUpdates(graph: DependencyGraph, estate: readonly (readonly number[])[], seed: number): void {
  const random = seeded(seed + 1);
  const times: number[] = [];
  let work = 0;
  for (let run = 0; run < 500; run++) {
    const at = Math.floor(random() * estate.length);
    const callees = [...(estate[at] ?? []).slice(1), Math.floor(random() * estate.length)].filter(
      (callee) => callee !== at,
    );
    const changed = [deploymentOf(at, callees)];
    times.push(timed(() => updateGraph(graph, { changed, removed: [], builtAt }))[1]);
    work += graph.work.edges;
  }
  console.log(`  update of one    ${spread(times)}, ${(work / times.length).toFixed(1)} edges looked at`);
}

/** The same nodes for every contestant; the whole document, the bare walk, and a plain inbound walk of graphology-traversal. */
function reportQueries(graph: DependencyGraph, seed: number): void {
  const ids = graph.nodes.nodes();
  const random = seeded(seed + 2);
  const asked = Array.from({ length: Number(values.queries) }, () => ids[Math.floor(random() * ids.length)] ?? '');
  const hub = ids.reduce((best, id) => (graph.nodes.inDegree(id) > graph.nodes.inDegree(best) ? id : best));
  for (const id of asked.slice(0, 100)) blastRadius(graph, id);
  const documents = asked.map((id) => best(() => blastRadius(graph, id)));
  const walks = asked.map((id) =>
    best(() => walkCallers(graph.adjacency, [{ id, breaks: 1, notices: 0 }], { leastProbability: 0.05 })),
  );
  const reached = asked
    .map((id) => walkCallers(graph.adjacency, [{ id, breaks: 1, notices: 0 }], { leastProbability: 0.05 }).size)
    .toSorted((one, other) => one - other);
  const plain = asked.slice(0, 300).map((id) => best(() => inbound(graph, id)));
  console.log(`  blast radius     ${spread(documents)} (whole document)`);
  console.log(`  whole walk       ${spread(walks)}, reaches p50 ${at(reached, 0.5)}, p99 ${at(reached, 0.99)}`);
  console.log(`  graphology walk  ${spread(plain)}`);
  console.log(
    `  ratio            p50 ${(middle(plain, 0.5) / middle(documents, 0.5)).toFixed(1)}, p99 ${(middle(plain, 0.99) / middle(documents, 0.99)).toFixed(1)} times faster`,
  );
  console.log(
    `  the largest hub  ${graph.nodes.inDegree(hub)} callers: ${best(() => blastRadius(graph, hub)).toFixed(2)} ms, graphology ${best(() => inbound(graph, hub)).toFixed(2)} ms`,
  );
}

/** Where reachability names nearly everybody: how many are named, and how much of the expected harm stands in the first ten. */
function rank(services: number): void {
  const seed = Number(values.seed);
  const graph = buildGraph(manifestsOf(drawEstate(services, quantiles, seed, 'flat')), { builtAt });
  const ids = graph.nodes.nodes();
  const random = seeded(seed + 3);
  const asked = Array.from({ length: 200 }, () => ids[Math.floor(random() * ids.length)] ?? '').filter(
    (id) => graph.nodes.inDegree(id) > 0,
  );
  const shares = asked.map((id) => inbound(graph, id) / ids.length).toSorted((one, other) => one - other);
  const answers = asked.map((id) => blastRadius(graph, id, { limit: 10_000 }));
  const counts = (wanted: (effect: string) => boolean): string => {
    const found = answers.map(({ affected }) => affected.filter(({ effect }) => wanted(effect)).length);
    const sorted = found.toSorted((one, other) => one - other);
    return `p50 ${at(sorted, 0.5)}, p99 ${at(sorted, 0.99)}`;
  };
  const tens = answers.map(({ affected }) => affected.slice(0, 10));
  const inTen = (wanted: (one: BlastRadius['affected'][number]) => boolean): number =>
    middle(
      tens.map((ten) => ten.filter(wanted).length),
      0.5,
    );
  const tenth = tens.map((ten) => ten.at(-1)?.probability ?? 0);
  console.log(`\n${services} services without levels, ${graph.nodes.size} edges; ${asked.length} that somebody calls`);
  console.log(`  can be reached   p50 ${percent(at(shares, 0.5))}, p99 ${percent(at(shares, 0.99))} of all`);
  console.log(`  likely to break  ${counts((effect) => effect === 'breaks')}`);
  console.log(`  degrade          ${counts((effect) => effect === 'degrades')}`);
  console.log(
    `  the first ten    p50 ${inTen(({ effect }) => effect === 'breaks')} likely to break, ${inTen(({ distance }) => distance === 1)} at first hand; the tenth has p50 ${percent(middle(tenth, 0.5))}`,
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function inbound(graph: DependencyGraph, id: string): number {
  let reached = 0;
  bfsFromNode(graph.nodes, id, () => void reached++, { mode: 'inbound' });
  return reached;
}

function timed<Result>(act: () => Result): [Result, number] {
  const start = performance.now();
  const result = act();
  return [result, performance.now() - start];
}

/** The best of three, so that what a busy neighbour takes away does not count. Not for acts that change something. */
function best(act: () => unknown): number {
  return Math.min(timed(act)[1], timed(act)[1], timed(act)[1]);
}

function spread(times: readonly number[]): string {
  return `p50 ${middle(times, 0.5).toFixed(3)} ms, p99 ${middle(times, 0.99).toFixed(3)} ms`;
}

function middle(times: readonly number[], share: number): number {
  return at(
    times.toSorted((one, other) => one - other),
    share,
  );
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function heap(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}
