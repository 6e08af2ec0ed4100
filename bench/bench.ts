import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** `npm run bench -- [NAME] [OPTIONS]`: each bench is a program of its own, so that none disturbs the figures of another. */
const benches: Readonly<Record<string, { readonly file: string; readonly what: string }>> = {
  drift: { file: 'drift-pair.ts', what: 'comparing one pair, beside json-diff-ts' },
  audit: { file: 'audit.ts', what: 'a whole audit on a real API server, beside kubectl diff' },
  graph: { file: 'graph.ts', what: 'the graph of drawn estates, beside graphology-traversal' },
  rollback: { file: 'rollback/plans.ts', what: 'a plan with its proof, beside clone, edit and render all' },
  'rollback-scalar': { file: 'rollback/one-scalar.ts', what: 'one scalar of a large file, beside a round trip' },
  'rollback-corpus': {
    file: 'rollback/corpus.ts',
    what: 'random edits of all manners of YAML, beside two round trips',
  },
  watch: { file: 'watch.ts', what: 'from a live edit to its verdict' },
  large: { file: 'large.ts', what: 'a cluster of 100,000 objects, beside makeInformer' },
  events: { file: 'events.ts', what: 'a stream of status events, beside makeInformer' },
  'kubernetes-list': { file: 'kubernetes-list.ts', what: 'listing a cluster, beside makeInformer' },
};

const [name, ...rest] = process.argv.slice(2);
const chosen = name === undefined ? Object.keys(benches) : [name];
for (const each of chosen) {
  const bench = benches[each];
  if (bench === undefined) {
    console.error(`no bench is called ${each}; there are: ${Object.keys(benches).join(', ')}`);
    process.exitCode = 2;
    break;
  }
  console.log(`\n== ${each}: ${bench.what}`);
  const code = await run(join(import.meta.dirname, bench.file), rest);
  if (code !== 0) process.exitCode = code;
}

function run(file: string, args: readonly string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(process.execPath, ['--expose-gc', file, ...args], { stdio: 'inherit' });
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return promise;
}
