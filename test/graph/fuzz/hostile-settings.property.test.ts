import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readArguments } from '../../../src/graph/addresses/read-arguments.ts';
import { findAddresses } from '../../../src/graph/addresses/find-addresses.ts';
import { expandOwn, expandVariables } from '../../../src/graph/addresses/expand-variables.ts';
import { readFile } from '../../../src/graph/addresses/read-file.ts';
import { exportGraph, graphDocument } from '../../../src/graph/export-graph.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import { configMap, graphOf, pairs, served, workload } from '../world.ts';
import { address, canary, fileText, type HostileParts, hostileParts, shellLine, unsafe } from './hostile-texts.ts';

/** Another beginning, or more of them, by hand: `SEED=7 RUNS=5000 vitest run …`. */
const runs = { seed: Number(process.env['SEED'] ?? 20260301), numRuns: Number(process.env['RUNS'] ?? 250) };

function world(parts: HostileParts, extra: readonly (readonly [string, string])[] = []): Resource[] {
  return [
    ...served('db', 5432, { image: 'postgres:16', port: 5432 }),
    ...served('cart', 80, { port: 80 }),
    workload('web', {
      env: Object.fromEntries([...parts.env, ...extra]),
      annotations: Object.fromEntries(parts.annotations),
      pod: { volumes: [{ name: 'c', configMap: { name: 'c' } }] },
      container: { args: [...parts.args], volumeMounts: [{ name: 'c', mountPath: '/c' }] },
    }),
    configMap('c', Object.fromEntries(parts.files)),
  ];
}

test('no password and no control character is in what the graph says of hostile settings', () => {
  fc.assert(
    fc.property(hostileParts, (parts) => {
      const graph = graphOf(world(parts));
      const { nodes, edges, coverage } = graphDocument(graph);
      const told = [
        ...nodes.flatMap(({ id, name, owner, tier }) => [id, name, owner ?? '', tier ?? '']),
        ...edges.flatMap(({ evidence }) => evidence.map(({ what }) => what)),
        ...coverage.findings.flatMap(({ from, what, why }) => [from, what, why]),
      ];
      expect(told.filter((text) => unsafe.test(text))).toEqual([]);
      expect(told.filter((text) => text.includes(canary))).toEqual([]);
      for (const format of ['json', 'dot', 'mermaid', 'graphml'] as const)
        expect(exportGraph(graph, format)).not.toContain(canary);
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    runs,
  );
});

test('the order of keys and files changes nothing', () => {
  fc.assert(
    fc.property(hostileParts, (parts) => {
      const unique = (pairsOf: HostileParts['env']) => [...new Map(pairsOf)];
      const { env, files, annotations, args } = parts;
      const one = { args, env: unique(env), files: unique(files), annotations: unique(annotations) };
      const other = {
        args,
        env: one.env.toReversed(),
        files: one.files.toReversed(),
        annotations: one.annotations.toReversed(),
      };
      expect(pairs(graphOf(world(other)))).toEqual(pairs(graphOf(world(one))));
    }),
    runs,
  );
});

test('a setting that has nothing to do with the others takes no edge away', () => {
  fc.assert(
    fc.property(hostileParts, (parts) => {
      const without = pairs(graphOf(world(parts)));
      expect(pairs(graphOf(world(parts, [['GREETING', 'good morning']])))).toEqual(without);
    }),
    runs,
  );
});

test('what is read of a text is no longer than the text, times a small number', () => {
  fc.assert(
    fc.property(fc.oneof(address, shellLine, fileText), fc.constantFrom(1, 8, 64), (text, times) => {
      const long = `${text}\n`.repeat(times);
      for (const settings of [readFile('a', long, null), readArguments([long], 'args', null)]) {
        expect(settings.length).toBeLessThanOrEqual(long.length + 1);
        expect(sum(settings.map(({ value }) => value.length))).toBeLessThanOrEqual(2 * long.length + 2);
        const found = settings.flatMap((setting) => findAddresses(setting));
        expect(found.length).toBeLessThanOrEqual(3 * long.length + 3);
        expect(found.every(({ host }) => host.length <= 256)).toBe(true);
      }
    }),
    runs,
  );
});

test('variables that name each other are put in once', () => {
  const name = fc.constantFrom('A', 'B', '__proto__', 'constructor');
  const text = fc
    .array(
      fc.oneof(
        name.map((each) => `$(${each})`),
        name.map((each) => `\${${each}:-x}`),
        fc.string({ maxLength: 5 }),
      ),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.tuple(name, text)), (start, pairsOf) => {
      const values = new Map(pairsOf);
      const longest = Math.max(1, ...[...values.values()].map((each) => each.length));
      for (const expand of [expandOwn, expandVariables])
        expect(expand(start, values).length).toBeLessThanOrEqual((start.length + 1) * (longest + 20));
    }),
    runs,
  );
});

function sum(counts: readonly number[]): number {
  return counts.reduce((all, each) => all + each, 0);
}
