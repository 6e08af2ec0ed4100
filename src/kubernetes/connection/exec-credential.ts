import { execFile } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { AppError } from '../../errors/app-error.ts';
import { arrayAt, isJsonObject, type JsonObject, objectAt, parseJson, stringAt } from '../../resource/json.ts';
import type { ClusterAccess } from './kubeconfig.ts';

export interface ExecCredential {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Milliseconds since the epoch after which it must be asked for again; Infinity when the plugin names no end. */
  readonly expiresAt: number;
}

const longestRunMs = 60_000;

/**
 * Runs a credential plugin of the kubeconfig (client.authentication.k8s.io) and reads its answer. Throws AppError
 * `cluster-unauthorized` without the plugin's output, which may hold a credential.
 */
export async function runCredentialPlugin(
  access: ClusterAccess,
  exec: JsonObject,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ExecCredential> {
  const command = stringAt(exec, 'command') ?? '';
  if (command === '') throw failed(command, 'the kubeconfig names no command', access.user.name);
  const apiVersion = stringAt(exec, 'apiVersion') ?? 'client.authentication.k8s.io/v1';
  const request = {
    apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec['provideClusterInfo'] === true ? { cluster: { server: access.server } } : {}),
    },
  };
  const output = await run(
    command.includes('/') && !isAbsolute(command) ? join(access.user.directory, command) : command,
    arrayAt(exec, 'args').filter((each) => typeof each === 'string'),
    { ...environment, ...declaredEnvironment(exec), KUBERNETES_EXEC_INFO: JSON.stringify(request) },
  ).catch((error: unknown) => {
    throw failed(command, error instanceof Error ? firstLine(error.message) : 'it failed', access.user.name);
  });
  return readCredential(command, output, access.user.name);
}

function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string | undefined>,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { env: environment, timeout: longestRunMs, maxBuffer: 1 << 20, encoding: 'utf8' as const };
  execFile(command, args, options, (error, stdout) => {
    if (error === null) resolve(stdout);
    else reject(error.killed === true ? new Error(`it did not end within ${longestRunMs / 1_000} s`) : error);
  });
  return promise;
}

function declaredEnvironment(exec: JsonObject): Record<string, string> {
  const declared: Record<string, string> = {};
  for (const each of arrayAt(exec, 'env')) {
    const name = stringAt(each, 'name');
    if (name !== undefined) declared[name] = stringAt(each, 'value') ?? '';
  }
  return declared;
}

function readCredential(command: string, output: string, user: string): ExecCredential {
  const document = parsed(output);
  const status = isJsonObject(document) ? objectAt(document, 'status') : undefined;
  const token = stringAt(status, 'token');
  const certificate = stringAt(status, 'clientCertificateData');
  const key = stringAt(status, 'clientKeyData');
  if (token === undefined && (certificate === undefined || key === undefined)) {
    throw failed(command, 'its answer is no ExecCredential with a token or a client certificate', user);
  }
  const expiry = Date.parse(stringAt(status, 'expirationTimestamp') ?? '');
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    expiresAt: Number.isNaN(expiry) ? Number.POSITIVE_INFINITY : expiry,
  };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** Node puts the command line first and the plugin's stderr after it; arguments may be private, so only the first words stay. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/^(Command failed:) .*/, '$1 it ended with an error').slice(0, 200);
}

function failed(command: string, why: string, user: string): AppError {
  return new AppError({
    code: 'cluster-unauthorized',
    what: `cannot get a credential for user ${user} from ${command === '' ? 'its plugin' : command}`,
    why,
    remedy: 'Run the plugin by hand and correct the user entry of the kubeconfig',
  });
}
