import { describe, expect, test } from 'vitest';
import { discover, fluxBasics, kustomization, live } from './live-objects.ts';

describe('the state of an object of Flux', () => {
  const ready = 'status: { observedGeneration: 1, conditions: [{ type: Ready, status: "True" }] }';
  const stateOf = (text: string, basics = fluxBasics, ...more: readonly string[]): unknown => {
    const [engine] = discover(live(basics, text, ...more)).engines;
    return engine === undefined ? undefined : [engine.state, engine.why];
  };

  test.for([
    [kustomization('a', 'path: .', ready), 'running', 'Flux reconciles it'],
    [
      kustomization('a', 'path: .\nsuspend: true', ready),
      'paused',
      'it is suspended, so its status “Ready True” is frozen',
    ],
    [
      kustomization('a', 'path: .', 'status: { observedGeneration: 0 }'),
      'stale',
      'Flux has not looked at its newest version',
    ],
    [
      kustomization(
        'a',
        'path: .',
        'status: { observedGeneration: 1, conditions: [{ type: Ready, status: "False", reason: BuildFailed, message: "secret text" }] }',
      ),
      'failing',
      'Flux reports BuildFailed',
    ],
    [
      kustomization('a', 'path: .\ndependsOn: [ { name: gone } ]', ready),
      'waiting',
      'it waits for Kustomization flux-system/gone, which is not ready',
    ],
    [
      kustomization('a', 'path: .', `${ready.slice(0, -2)}, history: [ { lastReconciled: "2026-11-25T11:00:00Z" } ] }`),
      'stale',
      'Flux last applied it at 2026-11-25T11:00:00Z, more than three times its interval ago',
    ],
    [
      kustomization('a', 'path: .', `${ready.slice(0, -2)}, history: [ { lastReconciled: "2026-11-25T11:40:00Z" } ] }`),
      'running',
      'Flux reconciles it',
    ],
  ] as const)('is told: %#', ([text, state, why]) => {
    expect(stateOf(text)).toEqual([state, why]);
  });

  test('a suspended source sees nothing new', () => {
    const basics = fluxBasics.replace('ref: { branch: main }', 'suspend: true');
    expect(stateOf(kustomization('a', 'path: .', ready), basics)).toEqual([
      'paused',
      'its source GitRepository flux-system/fleet is suspended, so it sees nothing new',
    ]);
  });

  test('Ready means nothing while the controller is down', () => {
    const basics = fluxBasics.replace('status: { readyReplicas: 1 }', 'status: {}');
    expect(stateOf(kustomization('a', 'path: .', ready), basics)).toEqual([
      'down',
      'kustomize-controller in namespace flux-system has no ready replica, so its status “Ready True” is frozen; nothing heals drift',
    ]);
  });

  test('a shard of a controller counts', () => {
    const shard =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: kustomize-controller-shard1, namespace: flux-system }\nspec: { replicas: 1 }\nstatus: { readyReplicas: 1 }\n';
    const basics = fluxBasics.replace('status: { readyReplicas: 1 }', 'status: {}');
    expect(stateOf(kustomization('a', 'path: .', ready), basics, shard)).toEqual(['running', 'Flux reconciles it']);
  });
});
