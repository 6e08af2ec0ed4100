import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { inject, type ProvidedContext } from 'vitest';
import { type JsonValue, parseJson } from '../../src/resource/json.ts';
import { kubeToolsDir } from '../../tools/kube-tools.ts';

/** The control plane all real tests share. Isolate by namespace; for faults start a plane of your own with `startPlane`. */
export function sharedPlane(): ProvidedContext['plane'] {
  return inject('plane');
}

export interface KubectlOptions {
  /** Text for standard input, as with `apply -f -`. */
  readonly input?: string;
  /** Path of a kubeconfig; default: administrator of the shared plane. */
  readonly kubeconfig?: string;
}

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real kubectl and returns what it printed. Throws with its complaint when it fails. */
export async function kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
  const result = await tryKubectl(args, options);
  if (result.code !== 0)
    throw new Error(`kubectl ${args.join(' ')} ended with ${result.code}: ${result.stderr.trim()}`);
  return result.stdout;
}

/** Runs the real kubectl, which may fail. */
export async function tryKubectl(args: readonly string[], options: KubectlOptions = {}): Promise<KubectlResult> {
  const { dir, kubeconfig } = sharedPlane();
  const child = spawn(join(kubeToolsDir(), 'kubectl'), args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: dir,
      KUBECONFIG: options.kubeconfig ?? kubeconfig,
      KUBECACHEDIR: join(dir, 'kubectl-cache'),
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

/** `kubectl … -o json`, parsed. */
export async function kubectlJson(args: readonly string[], options: KubectlOptions = {}): Promise<JsonValue> {
  return parseJson(await kubectl([...args, '-o', 'json'], options));
}

/** Creates a namespace that no other test uses and returns its name. */
export async function freshNamespace(prefix = 'test'): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  await kubectl(['create', 'namespace', name]);
  return name;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
