/**
 * The daemon, which dies by SIGKILL just before its n-th write: `killed-daemon.ts <mooring.yaml> <n>`. Names each write on
 * standard output; with 0 it lives on.
 */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

const [file = '', count = '0'] = process.argv.slice(2);
let writes = 0;

function step(name: string): void {
  writes += 1;
  console.log(JSON.stringify({ step: name }));
  if (writes === Number(count)) process.kill(process.pid, 'SIGKILL');
}

const gitWrites = new Set(['hash-object', 'mktree', 'commit-tree', 'update-ref', 'push']);
const { spawn } = childProcess;
Object.assign(childProcess, {
  spawn(command: string, args: readonly string[], ...rest: readonly object[]) {
    const verb = args.find((arg) => gitWrites.has(arg));
    if (verb !== undefined)
      step(`git ${verb}${args.some((arg) => arg.startsWith('refs/heads/')) ? ' of a branch' : ''}`);
    return Reflect.apply(spawn, childProcess, [command, args, ...rest]);
  },
});
syncBuiltinESMExports();

const sqlWrites = /^(insert into|update|delete from) "(\w+)"|^(commit)/;

const prepare: unknown = Reflect.get(DatabaseSync.prototype, 'prepare');
if (typeof prepare !== 'function') throw new TypeError('node:sqlite has changed');
Object.assign(DatabaseSync.prototype, {
  prepare(sql: string): StatementSync {
    const statement: StatementSync = Reflect.apply(prepare, this, [sql]);
    const [, verb, table, commit] = sqlWrites.exec(sql) ?? [];
    const name = commit ?? (verb === undefined ? undefined : `${verb} ${table}`);
    return name === undefined ? statement : naming(statement, name);
  },
});

function naming(statement: StatementSync, name: string): StatementSync {
  const named = {
    all(...values: SQLInputValue[]) {
      step(name);
      return statement.all(...values);
    },
    run(...values: SQLInputValue[]) {
      step(name);
      return statement.run(...values);
    },
    columns: () => statement.columns(),
  };
  return Object.assign(Object.create(statement), named);
}

const { startDaemon } = await import('../src/app-run.ts');
const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
const daemon = await startDaemon({
  configFile: file,
  env,
  version: '0.0.0',
  write: (line) => process.stdout.write(line),
});
process.once('SIGTERM', () => void daemon.stop().then(() => process.exit(0)));
