import { spawn } from 'node:child_process';

export interface Kubectl {
  /** Runs kubectl and returns its standard output. Rejects with its complaint when it fails. */
  (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
}

/** The real kubectl on one cluster; it is on the PATH of every npm script. */
export function createKubectl(kubeconfig: string): Kubectl {
  return (args, env = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const child = spawn('kubectl', args, {
      env: { ...process.env, KUBECONFIG: kubeconfig, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`kubectl ${args.join(' ')} ended with ${String(code)}: ${complaint.trim()}`));
    });
    return promise;
  };
}
