import { runCli } from './cli/cli.ts';

/** The only file that touches the process: arguments, environment, streams, signals and the exit code. */
const abort = new AbortController();
let signals = 0;

function interrupt(name: 'SIGINT' | 'SIGTERM'): void {
  signals += 1;
  // A second signal means that whoever sends it does not want to wait.
  if (signals > 1) process.exit(name === 'SIGINT' ? 130 : 143);
  abort.abort(new Error(`stopped by ${name}`));
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.on('uncaughtException', (error) => {
  // Node's own exit code would be 1, which says "drift".
  process.stderr.write(`mooring: a defect of Mooring: ${error.stack ?? String(error)}\n`);
  process.exit(3);
});
for (const stream of [process.stdout, process.stderr]) {
  // The reader of a pipe may leave early (head, less): that ends the output, it is no error.
  stream.on('error', () => process.exit(process.exitCode ?? 0));
}

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  write: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  columns: process.stdout.isTTY ? process.stdout.columns : null,
  colour: process.stdout.isTTY && process.stdout.hasColors(),
  signal: abort.signal,
  services: {
    openWorkbench: async (options) => (await import('./app-workbench.ts')).openWorkbench(options),
    openMemory: async (options) => (await import('./app-memory.ts')).openMemory(options),
    startDaemon: async (options) => (await import('./app-run.ts')).startDaemon(options),
  },
});

// What was printed is with its reader first. Then the end is ours: left to itself, Node 24 was seen to spin for ever in closing the
// handles of connections that had been cut (an hour of faults did it twice).
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))),
);
process.exit();
