import { type JsonValue, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import { type EvidenceOptions, type Found, nothing, type Source } from '../evidence.ts';
import { hostTarget, routing } from '../routes/route-targets.ts';
import type { View } from '../../landscape/view.ts';
import { guardOf, retryRule, type Rule, shortAt, timeoutRule } from './guard.ts';

/** Policies that a Resiliency of Dapr gives to calls of an application. */
export function daprGuards(source: Source, view: View, options: EvidenceOptions): Found {
  const { kind, group } = source.resource.id;
  if (kind !== 'Resiliency' || group !== 'dapr.io') return nothing;
  const at = routing(source, view, options);
  const { body } = source.resource;
  const policies = objectAt(body, 'spec', 'policies');
  const guards = Object.entries(objectAt(body, 'spec', 'targets', 'apps') ?? {}).flatMap(([app, target]) => {
    const to = hostTarget(at, app, source.namespace);
    if (to === undefined) return [];
    return rulesOf(policies, target, `spec.targets.apps.${app}`).map((rule) =>
      guardOf(source, options, { from: null, to }, rule),
    );
  });
  return { claims: [], findings: [], guards };
}

function rulesOf(policies: JsonValue | undefined, target: JsonValue, path: string): Rule[] {
  const policyAt = (kind: string, name: string): JsonValue | undefined => {
    const chosen = stringAt(target, name);
    return chosen === undefined ? undefined : valueAt(policies, kind, chosen);
  };
  const timeout = policyAt('timeouts', 'timeout');
  const breaker = policyAt('circuitBreakers', 'circuitBreaker');
  return [
    ...timeoutRule(typeof timeout === 'string' ? timeout : undefined, path),
    ...retryRule(valueAt(policyAt('retries', 'retry'), 'maxRetries'), path),
    ...(breaker === undefined
      ? []
      : [
          {
            kind: 'breaker',
            what: `no calls for a while when ${shortAt(breaker, 'trip') ?? 'too many fail'}`,
            path,
          } as const,
        ]),
  ];
}
