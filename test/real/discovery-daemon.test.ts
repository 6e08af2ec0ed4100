import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import type { Round } from '../../src/loop/round.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { startGitServer } from '../git/git-server.ts';
import { configMap, TestRepository } from '../git/repository.ts';
import { apply } from './discovery-audit.ts';
import { installEngineKinds, removeEngineKinds } from './discovery-definitions.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';

beforeAll(installEngineKinds);
afterAll(removeEngineKinds);

interface Running {
  readonly app: App;
  /** The first round that fits, past or to come. */
  readonly round: (fits: (round: Round) => boolean) => Promise<Round>;
  readonly forget: () => void;
}

/** A daemon over the shared plane that knows nothing but its kubeconfig. Its whole rounds are a year apart. */
async function start(caFile: string): Promise<Running> {
  let rounds: Round[] = [];
  const waiting: { fits: (round: Round) => boolean; resolve: (round: Round) => void }[] = [];
  const app = await createApp({
    loaded: await loadConfig({
      file: null,
      env: { MOORING_SCHEDULE: '0 0 1 1 *', MOORING_LISTEN: '127.0.0.1:0', MOORING_HISTORY: ':memory:' },
      flags: {},
    }),
    env: {
      PATH: process.env['PATH'],
      HOME: temporaryFolder(),
      KUBECONFIG: sharedPlane().kubeconfig,
      GIT_SSL_CAINFO: caFile,
    },
    logger: silentLogger,
    version: '0.0.0',
    processMetrics: false,
    observers: [
      {
        finished: (round) => {
          rounds.push(round);
          for (const { fits, resolve } of waiting) if (fits(round)) resolve(round);
        },
      },
    ],
  });
  onTestFinished(() => app.stop());
  app.start();
  return {
    app,
    round: (fits) =>
      new Promise((resolve) => {
        const known = rounds.find(fits);
        if (known === undefined) waiting.push({ fits, resolve });
        else resolve(known);
      }),
    forget: () => {
      rounds = [];
    },
  };
}

test('a daemon follows engine objects as they change, and rebuilds only what changed', {
  timeout: 120_000,
}, async () => {
  const repository = new TestRepository();
  repository.commit({ 'web/a.yaml': configMap('a', '1'), 'api/b.yaml': configMap('b', '1') });
  const server = await startGitServer({ root: dirname(repository.path) });
  const repoURL = `${server.origin}/${basename(repository.path)}/.git`;
  const [argo, namespace] = [await freshNamespace('argocd'), await freshNamespace('shop')];
  const application = (name: string, source: object, more: object = {}): object => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: argo },
    spec: {
      project: 'default',
      destination: { server: 'https://kubernetes.default.svc', namespace },
      source: { repoURL, targetRevision: 'main', ...source },
      ...more,
    },
  });
  await apply([
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace: argo },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
    },
    application('web', { path: 'web' }),
  ]);
  await kubectl(['-n', namespace, 'apply', '-f', join(repository.path, 'web/a.yaml')]);
  const { app, round, forget } = await start(server.caFile);
  const verdicts = (): readonly string[] =>
    (app.daemon.report()?.resources ?? [])
      .filter((each) => each.namespace === namespace)
      .map(({ name, verdict, drift }) => `${name} ${drift ?? verdict}`)
      .sort();
  await round(({ whole }) => whole);
  expect(verdicts()).toEqual(['a in-sync']);

  // Another application: what it declares is missing, within seconds and without a whole round.
  await apply([application('api', { path: 'api' })]);
  await round(({ report }) => report.resources.some(({ name }) => name === 'b'));
  expect(verdicts()).toEqual(['a in-sync', 'b missing']);

  // A rule that an application brings takes effect the same way.
  await kubectl(['-n', namespace, 'patch', 'configmap/a', '-p', '{"data":{"a":"2"}}']);
  await round(({ report }) => report.resources.some(({ name, drift }) => name === 'a' && drift === 'changed'));
  forget();
  const ignoring = { ignoreDifferences: [{ group: '', kind: 'ConfigMap', jsonPointers: ['/data/a'] }] };
  await apply([application('web', { path: 'web' }, ignoring)]);
  const ruled = await round(({ report }) => report.resources.some(({ name }) => name === 'a'));
  expect(ruled.report.resources.map(({ name }) => name)).toEqual(['a']);
  expect(verdicts()).toEqual(['a in-sync', 'b missing']);

  // An application that breaks leaves its objects unjudged, with the reason; corrected, they are judged again.
  forget();
  await apply([application('web', { repoURL: 'file:///etc', path: 'web' }, ignoring)]);
  await round(({ report }) => report.resources.some(({ verdict }) => verdict === 'undetermined'));
  expect(verdicts()).toEqual(['a undetermined', 'b missing']);
  expect(app.daemon.report()?.gaps).toContainEqual(
    expect.objectContaining({ what: `Application ${argo}/web`, why: expect.stringContaining('kept and not judged') }),
  );
  forget();
  await apply([application('web', { path: 'web' }, ignoring)]);
  await round(({ report }) => report.resources.some(({ name, verdict }) => name === 'a' && verdict === 'in-sync'));

  // One that is deleted takes its objects with it.
  forget();
  await kubectl(['-n', argo, 'delete', 'application', 'api']);
  await round(() => !verdicts().some((each) => each.startsWith('b ')));
  expect(verdicts()).toEqual(['a in-sync']);
});
