import { Buffer } from 'node:buffer';
import { access, constants, open } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type ProgramEnd, runProgram } from '../run-program.ts';

export interface SandboxOptions {
  /** The search path of the process, to find the tools and the programs that take rights away. */
  readonly searchPath: string;
  /** Seconds of time, bytes of memory and of output that one rendering may take. */
  readonly limits: { readonly seconds: number; readonly memory: number; readonly output: number };
}

export const defaultLimits = { seconds: 30, memory: 1024 ** 3, output: 64 * 1024 * 1024 } as const;

/** Runs a rendering tool without network, home, token or plugins, as far as the system allows. */
export class Sandbox {
  readonly #options: SandboxOptions;
  #prefix: Promise<readonly string[]> | undefined;

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  async run(program: string, args: readonly string[], home: string, signal: AbortSignal): Promise<ProgramEnd> {
    this.#prefix ??= this.#findPrefix(home, signal);
    const [first, ...rest] = [...(await this.#prefix), program, ...args];
    const { limits } = this.#options;
    return await runProgram({
      program: first ?? program,
      arguments: rest,
      directory: home,
      environment: { ...environmentAt(home, limits.memory), PATH: (await isScript(program)) ? '/usr/bin:/bin' : '' },
      limit: limits.seconds * 1000,
      maxOutput: limits.output,
      signal,
    });
  }

  /** What to put before a command: a network name space of its own, and limits of memory and processor time. Tried out once. */
  async #findPrefix(home: string, signal: AbortSignal): Promise<readonly string[]> {
    const { limits } = this.#options;
    const [unshare, prlimit, nothing] = await Promise.all(
      ['unshare', 'prlimit', 'true'].map((name) => this.find(name)),
    );
    const limited =
      prlimit === undefined ? [] : [prlimit, `--data=${limits.memory}`, `--cpu=${limits.seconds}`, '--core=0'];
    const isolated =
      unshare === undefined
        ? []
        : [
            [unshare, '-n'],
            [unshare, '-rn'],
          ];
    if (nothing === undefined) return [];
    for (const candidate of [...isolated.map((without) => [...without, ...limited]), limited]) {
      const [program, ...args] = [...candidate, nothing];
      if (program !== undefined && (await works(program, args, home, signal))) return candidate;
    }
    return [];
  }

  /** The full path of a program of the search path, or undefined. A name with a slash is a path already. */
  async find(name: string): Promise<string | undefined> {
    const candidates = name.includes('/')
      ? [name]
      : this.#options.searchPath
          .split(delimiter)
          .filter(Boolean)
          .map((folder) => join(folder, name));
    for (const candidate of candidates) {
      const found = await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return candidate;
    }
    return undefined;
  }
}

async function works(program: string, args: readonly string[], home: string, signal: AbortSignal): Promise<boolean> {
  try {
    const call = { program, arguments: args, directory: home, environment: {}, limit: 5_000, maxOutput: 1024, signal };
    return (await runProgram(call)).code === 0;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}

/** A wrapper script (as package managers make them) needs the system's programs; a real tool is given none to start. */
async function isScript(program: string): Promise<boolean> {
  const file = await open(program).catch(() => undefined);
  if (file === undefined) return false;
  const buffer = Buffer.alloc(2);
  try {
    await file.read(buffer, 0, 2, 0);
  } finally {
    await file.close();
  }
  return buffer.toString('latin1') === '#!';
}

function environmentAt(home: string, memory: number): Readonly<Record<string, string>> {
  return {
    HOME: home,
    TMPDIR: home,
    LC_ALL: 'C.UTF-8',
    KUBECONFIG: '/dev/null',
    KUBECTL_PLUGINS_PATH: '',
    HELM_PLUGINS: join(home, 'no-plugins'),
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    HELM_KUBECONTEXT: '',
    GOMEMLIMIT: String(Math.floor(memory * 0.7)),
    GOMAXPROCS: '2',
  };
}
