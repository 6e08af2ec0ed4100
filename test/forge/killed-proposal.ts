/** Proposes once and dies by SIGKILL just before its n-th writing call of git: `killed-proposal.ts <home> <git directory> <remote|-> <n>`. */
import { runGitFor } from './git-world.ts';
import { planFor, propose } from './propose-world.ts';

const [home = '', gitDirectory = '', remote = '-', count = '0'] = process.argv.slice(2);
const run = runGitFor(home);
const writing = new Set(['hash-object', 'mktree', 'update-ref', 'push', 'fetch']);
let calls = 0;
const place = {
  git: (call: Parameters<typeof run>[0]): ReturnType<typeof run> => {
    if (writing.has(call.arguments[0] ?? '')) calls += 1;
    if (Number(count) > 0 && calls === Number(count)) process.kill(process.pid, 'SIGKILL');
    return run(call);
  },
  gitDirectory,
  remote: remote === '-' ? null : { url: remote, protocols: ['file' as const], settings: {} },
};
const outcome = await propose(place, planFor('a'.repeat(40)));
console.log(JSON.stringify({ kind: outcome.kind, calls }));
