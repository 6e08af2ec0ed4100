import { describe, expect, test } from 'vitest';
import { parseJson, stringAt } from '../../src/resource/json.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';
import { createAccount, crowd, reviewToken } from './service-account.ts';
import { heldBy, startWatching, stateOf, until } from './watching.ts';

/** Rights, credentials and priorities of a real API server; F numbers are those of the fault list. */
const kinds = ['ConfigMap', 'Service', 'ServiceAccount'].map((kind) => ({ apiVersion: 'v1', kind }));
const request = { declared: kinds, evidence: [] };
const watch = { staleAfterMs: 500, restMs: 300, discoveryMs: 1_000 };
const everything = ['configmaps', 'services', 'serviceaccounts'];
const reading = ['get', 'list', 'watch'];

async function writeConfigMap(namespace: string, name: string): Promise<void> {
  await kubectl(['-n', namespace, 'create', 'configmap', name, '--from-literal=a=1']);
}

/** Ends the watches of one user as the API server does from time to time, by restarting nothing. */
async function isHeld(held: () => Record<string, string>, key: string): Promise<void> {
  await until(() => key in held());
}

test('F8 real 429s: what the server asks for is honoured, nothing is listed again, and it goes on by itself', async () => {
  using account = await createAccount('f8');
  await account.grant([{ group: '', resources: everything, verbs: reading }]);
  const level = {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name: account.namespace },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 0,
        lendablePercent: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Reject' },
      },
    },
  };
  const flow = {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: account.namespace },
    spec: {
      matchingPrecedence: 2,
      priorityLevelConfiguration: { name: account.namespace },
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: account.user } }],
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
        },
      ],
    },
  };
  await using watching = await startWatching(request, {
    kubeconfig: account.kubeconfig,
    watch: { ...watch, silenceMs: 1_500 },
  });
  const { feed } = watching;
  for (const each of [level, flow]) await kubectl(['apply', '-f', '-'], { input: JSON.stringify(each) });
  // A level without shares still has one seat; a crowd takes it.
  const enough = new AbortController();
  const crowded = crowd(account, 30, enough.signal);
  try {
    await until(() => feed.states().every(({ restarts }) => (restarts['refused-429'] ?? 0) > 0));
    await until(() => feed.states().every(({ phase }) => phase === 'stale'));
    await writeConfigMap(account.namespace, 'meanwhile');
  } finally {
    enough.abort();
    await crowded;
    await kubectl(['delete', 'flowschema', account.namespace]);
    await kubectl(['delete', 'prioritylevelconfiguration', account.namespace]);
  }
  await until(() => feed.states().every(({ phase }) => phase === 'synced'));
  await isHeld(() => heldBy(feed, 'ConfigMap'), `${account.namespace}/meanwhile`);
  expect(feed.states().map(({ relists }) => relists)).toEqual([0, 0, 0]);
});

describe('F11 tokens', () => {
  test('that are replaced in their file are taken up without tearing a watch', async () => {
    using account = await createAccount('f11');
    await account.grant([{ group: '', resources: everything, verbs: reading }]);
    account.writeToken(await account.createToken('first'));
    await using watching = await startWatching(request, {
      kubeconfig: account.kubeconfig,
      watch,
      rereadMs: 100,
    });
    account.writeToken(await account.createToken('second'));
    await kubectl(['-n', account.namespace, 'delete', 'secret', 'first']);
    await writeConfigMap(account.namespace, 'afterwards');
    await isHeld(() => heldBy(watching.feed, 'ConfigMap'), `${account.namespace}/afterwards`);
    expect(watching.feed.states().map(({ restarts }) => restarts)).toEqual([{}, {}, {}]);
  });

  test('that are revoked make kinds stale with the reason, until the file holds a good one', {
    timeout: 60_000,
  }, async () => {
    using account = await createAccount('f11');
    await account.grant([{ group: '', resources: everything, verbs: reading }]);
    const token = await account.createToken('only');
    account.writeToken(token);
    // Silence ends every watch after a moment, so that a new one has to be let in.
    await using watching = await startWatching(request, {
      kubeconfig: account.kubeconfig,
      watch: { ...watch, silenceMs: 1_000 },
    });
    await kubectl(['-n', account.namespace, 'delete', 'secret', 'only']);
    await until(async () => !(await reviewToken(token)));
    await until(() => stateOf(watching.feed, 'ConfigMap').phase === 'stale');
    expect(stateOf(watching.feed, 'ConfigMap').reason).toBe('Unauthorized');
    account.writeToken(await account.createToken('next'));
    await until(() => watching.feed.states().every(({ phase }) => phase === 'synced'));
    expect(watching.feed.states().map(({ relists }) => relists)).toEqual([0, 0, 0]);
  });
});

test('F14 a right that is taken away makes its kind forbidden and no other; given back, it recovers alone', async () => {
  using account = await createAccount('f14');
  await account.grant([{ group: '', resources: everything, verbs: reading }]);
  await using watching = await startWatching(request, {
    kubeconfig: account.kubeconfig,
    watch: { ...watch, silenceMs: 1_500 },
  });
  const { feed } = watching;
  await account.grant([{ group: '', resources: ['configmaps', 'services'], verbs: reading }]);
  await until(() => stateOf(feed, 'ServiceAccount').phase === 'forbidden');
  expect(feed.snapshot().gaps).toMatchObject([
    { what: 'serviceaccounts', scope: { group: '', kind: 'ServiceAccount' } },
  ]);
  expect([stateOf(feed, 'ConfigMap').phase, stateOf(feed, 'Service').phase]).toEqual(['synced', 'synced']);
  await account.grant([{ group: '', resources: everything, verbs: reading }]);
  await until(() => stateOf(feed, 'ServiceAccount').phase === 'synced');
  expect(feed.snapshot().gaps).toEqual([]);
});

test('F15 list without watch is never called synced', async () => {
  using account = await createAccount('f15');
  await account.grant([
    { group: '', resources: ['services', 'serviceaccounts'], verbs: reading },
    { group: '', resources: ['configmaps'], verbs: ['list'] },
  ]);
  await using watching = await startWatching(request, { kubeconfig: account.kubeconfig, watch });
  const state = stateOf(watching.feed, 'ConfigMap');
  expect(state).toMatchObject({
    phase: 'forbidden',
    reason: expect.stringContaining('cannot watch resource "configmaps"'),
  });
  expect(state.objects).toBeGreaterThan(0);
  expect(watching.feed.snapshot().gaps).toMatchObject([{ what: 'configmaps' }]);
});

test('rights in one read: a kind that may not be listed is a gap, the rest is read', async () => {
  using account = await createAccount('read');
  await account.grant([{ group: '', resources: ['configmaps'], verbs: reading }]);
  const namespace = await freshNamespace('read');
  await writeConfigMap(namespace, 'seen');
  await using watching = await startWatching({ declared: [], evidence: [] }, { kubeconfig: account.kubeconfig });
  const snapshot = await watching.source.read(request, new AbortController().signal);
  expect(snapshot.resources.map(({ id }) => `${id.namespace}/${id.name}`)).toContain(`${namespace}/seen`);
  expect(snapshot.gaps.map(({ what, why }) => `${what}: ${why}`).sort()).toEqual([
    'serviceaccounts: forbidden',
    'services: forbidden',
  ]);
});

test('A26: values of Secrets are not asked for: the server sends metadata only', async () => {
  const namespace = await freshNamespace('secrets');
  const canary = 'canary-in-the-harbour';
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace },
    stringData: { password: canary },
  };
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify(secret) });
  const withCopy = parseJson(await kubectl(['-n', namespace, 'get', 'secret', 's', '-o', 'json']));
  const lastApplied = stringAt(withCopy, 'metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration');
  expect(lastApplied).toContain(canary);
  const secrets = { declared: [{ apiVersion: 'v1', kind: 'Secret' }], evidence: [] };
  await using watching = await startWatching(secrets, { kubeconfig: sharedPlane().kubeconfig, watch });
  await kubectl(['-n', namespace, 'label', 'secret', 's', 'seen=yes']);
  await until(() => watching.changed.includes('Secret/s'));
  const snapshots = [watching.feed.snapshot(), await watching.source.read(secrets, new AbortController().signal)];
  for (const snapshot of snapshots) {
    expect(JSON.stringify(snapshot)).not.toContain(canary);
    expect(JSON.stringify(snapshot)).not.toContain(Buffer.from(canary).toString('base64'));
    expect(snapshot.gaps).toMatchObject([{ what: 'data of Secrets', partial: true }]);
  }
});
