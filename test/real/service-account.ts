import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request as undiciRequest } from 'undici';
import { arrayAt, parseJson, stringAt } from '../../src/resource/json.ts';
import { freshNamespace, kubectl, kubectlJson, sharedPlane } from './plane-access.ts';

/** A service account of its own namespace, with a kubeconfig that reads its token from a file. */
export interface Account extends Disposable {
  readonly namespace: string;
  readonly user: string;
  readonly kubeconfig: string;
  token(): string;
  writeToken(token: string): void;
  /** A token that stops to be valid when the Secret of this name is deleted. */
  createToken(secret: string): Promise<string>;
  /** Grants these verbs on resources of the whole cluster; granting again replaces what was granted. */
  grant(rules: readonly { group: string; resources: readonly string[]; verbs: readonly string[] }[]): Promise<void>;
}

export async function createAccount(prefix: string): Promise<Account> {
  const namespace = await freshNamespace(prefix);
  await kubectl(['-n', namespace, 'create', 'serviceaccount', 'reader']);
  const dir = mkdtempSync(join(tmpdir(), 'mooring-account-'));
  const account: Account = {
    namespace,
    user: `system:serviceaccount:${namespace}:reader`,
    kubeconfig: join(dir, 'kubeconfig'),
    token: () => readFileSync(join(dir, 'token'), 'utf8'),
    writeToken: (token) => writeFileSync(join(dir, 'token'), token),
    async createToken(secret) {
      await kubectl(['-n', namespace, 'create', 'secret', 'generic', secret]);
      const bound = ['--bound-object-kind', 'Secret', '--bound-object-name', secret];
      return (await kubectl(['-n', namespace, 'create', 'token', 'reader', ...bound])).trim();
    },
    grant: (rules) => grant(namespace, rules),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
  writeFileSync(account.kubeconfig, await kubeconfigWithTokenFile());
  account.writeToken((await kubectl(['-n', namespace, 'create', 'token', 'reader'])).trim());
  return account;
}

async function kubeconfigWithTokenFile(): Promise<string> {
  const admin = await kubectlJson(['config', 'view', '--raw', '--kubeconfig', sharedPlane().kubeconfig]);
  const [cluster] = arrayAt(admin, 'clusters');
  return JSON.stringify({
    'current-context': 'account',
    clusters: [
      {
        name: 'plane',
        cluster: {
          server: stringAt(cluster, 'cluster', 'server'),
          'certificate-authority-data': stringAt(cluster, 'cluster', 'certificate-authority-data'),
        },
      },
    ],
    users: [{ name: 'account', user: { tokenFile: 'token' } }],
    contexts: [{ name: 'account', context: { cluster: 'plane', user: 'account' } }],
  });
}

async function grant(
  namespace: string,
  rules: readonly { group: string; resources: readonly string[]; verbs: readonly string[] }[],
): Promise<void> {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: namespace },
    rules: rules.map(({ group, resources, verbs }) => ({ apiGroups: [group], resources, verbs })),
  };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: namespace },
    subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
  };
  for (const each of [role, binding]) await kubectl(['apply', '-f', '-'], { input: JSON.stringify(each) });
}

/** Keeps the API server busy with lists in the name of an account, until aborted. */
export async function crowd(account: Account, parallel: number, signal: AbortSignal): Promise<void> {
  const document = parseJson(readFileSync(account.kubeconfig, 'utf8'));
  const [cluster] = arrayAt(document, 'clusters');
  const ca = Buffer.from(stringAt(cluster, 'cluster', 'certificate-authority-data') ?? '', 'base64');
  const headers = { authorization: `Bearer ${account.token()}` };
  const agent = new Agent({ connections: parallel, allowH2: false, connect: { ca } });
  const url = `${stringAt(cluster, 'cluster', 'server')}/api/v1/configmaps`;
  const one = async (): Promise<void> => {
    while (!signal.aborted) {
      const answer = await undiciRequest(url, { dispatcher: agent, headers });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: parallel }, one));
  await agent.close();
}

/** Whether the API server accepts a token; asked without the product. */
export async function reviewToken(token: string): Promise<boolean> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const answer = parseJson(await kubectl(['create', '-o', 'json', '-f', '-'], { input: JSON.stringify(review) }));
  return JSON.stringify(answer).includes('"authenticated":true');
}
