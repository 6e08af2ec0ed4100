import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { kubeToolsDir } from '../../tools/kube-tools.ts';
import { type KubectlResult, sharedPlane } from './plane-access.ts';

export interface ToolOptions {
  readonly input?: string;
  /** Added to the bare environment that real tools get. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a real program against the shared plane; it may fail. */
export async function tryTool(
  name: 'kubectl' | 'helm',
  args: readonly string[],
  options: ToolOptions = {},
): Promise<KubectlResult> {
  const { dir, kubeconfig } = sharedPlane();
  const child = spawn(join(kubeToolsDir(), name), args, {
    cwd: options.cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: dir,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(dir, 'kubectl-cache'),
      ...options.environment,
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), promise]);
  return { code, stdout, stderr };
}

/** Runs a real program against the shared plane and returns what it printed. Throws with its complaint when it fails. */
export async function runTool(
  name: 'kubectl' | 'helm',
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await tryTool(name, args, options);
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${stderr.trim()}`);
  return stdout;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
