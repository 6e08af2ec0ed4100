import { describe, expect, test } from 'vitest';
import { engineGaps } from '../../../src/collectors/discovery/engine-gaps.ts';
import { application, argoBasics, discover, live } from './live-objects.ts';

const git = 'source: { repoURL: https://git.example.com/shop, path: deploy, targetRevision: main }';

describe('the state of an application', () => {
  const status = (rest: string): string =>
    `status: { reconciledAt: "2026-11-25T11:59:00Z", sync: { status: Synced } ${rest} }`;
  const automated = `${git}\nsyncPolicy: { automated: {} }`;
  const stateOf = (text: string, basics = argoBasics): unknown => {
    const [engine] = discover(live(basics, text)).engines;
    return engine === undefined ? undefined : [engine.state, engine.why];
  };

  test.for([
    [application('a', automated, status('')), 'running', 'Argo CD synchronises it'],
    [application('a', git, status('')), 'manual', 'it synchronises only when somebody asks'],
    [
      application('a', `${git}\nsyncPolicy: { automated: { enabled: false } }`, status('')),
      'manual',
      'it synchronises only when somebody asks',
    ],
    [
      application('a', automated, 'status: { reconciledAt: "2026-11-25T09:00:00Z", sync: { status: Synced } }'),
      'stale',
      'Argo CD last looked at it at 2026-11-25T09:00:00Z, so its status “Synced” is old',
    ],
    [application('a', automated), 'stale', 'Argo CD has not looked at it yet'],
    [
      application('a', automated, status(', conditions: [ { type: ComparisonError, message: "with a secret" } ]')),
      'failing',
      'Argo CD reports ComparisonError',
    ],
    [
      application('a', automated, status(', operationState: { phase: Failed }')),
      'failing',
      'its last synchronisation ended as Failed',
    ],
    [
      application('a', automated, status('')).replace(
        'name: a,',
        'name: a, annotations: { argocd.argoproj.io/skip-reconcile: "true" },',
      ),
      'paused',
      'the annotation argocd.argoproj.io/skip-reconcile stops it, so its status “Synced” is frozen',
    ],
  ] as const)('is told: %#', ([text, state, why]) => {
    expect(stateOf(text)).toEqual([state, why]);
  });

  test.for([
    ['status: { readyReplicas: 1 }', '', 'argocd-application-controller in namespace argocd has no ready replica'],
    [
      'spec: { replicas: 1 }\nstatus: { readyReplicas: 1 }',
      'spec: { replicas: 0 }',
      'argocd-application-controller in namespace argocd is scaled to 0',
    ],
  ] as const)('Synced means nothing while the controller is down: %#', ([from, to, why]) => {
    expect(stateOf(application('a', automated, status('')), argoBasics.replace(from, to))).toEqual([
      'down',
      `${why}, so its status “Synced” is frozen; nothing heals drift`,
    ]);
  });

  test('a controller that is down is told once, however many depend on it', () => {
    const down = argoBasics.replace('status: { readyReplicas: 1 }', '');
    const texts = ['a', 'b', 'c', 'd', 'e'].map((name) => application(name, automated, status('')));
    const gaps = engineGaps(discover(live(down, ...texts)).engines);
    expect(gaps.map(({ what }) => what)).toEqual([
      'Application argocd/a, Application argocd/b, Application argocd/c and 2 more',
    ]);
  });

  test('an engine that works, or that a person drives, is no news', () => {
    const texts = [application('a', automated, status('')), application('b', git, status(''))];
    expect(engineGaps(discover(live(argoBasics, ...texts)).engines)).toEqual([]);
  });
});
