import { arrayAt, type JsonObject, objectAt, stringAt } from '../../../resource/json.ts';
import type { Guard } from '../../graph-shapes.ts';
import { type EvidenceOptions, type Found, nothing, type Source } from '../evidence.ts';
import { clusterHostTarget, routing } from '../routes/route-targets.ts';
import { placeOf, type View } from '../../landscape/view.ts';
import { type Ends, guardOf, retryRule, type Rule, shortAt, timeoutRule } from './guard.ts';

/** Retries and timeouts of a ServiceProfile, and what annotations of a Service tell Linkerd. */
export function linkerdGuards(source: Source, view: View, options: EvidenceOptions): Found {
  const { kind, group, name } = source.resource.id;
  if (kind === 'ServiceProfile' && group === 'linkerd.io') {
    const at = routing(source, view, options);
    const to = clusterHostTarget(at, name, 'applies to host');
    return {
      ...at.found,
      guards: to === undefined ? [] : guardsOf(source, options, { from: null, to }, profileRules(source)),
    };
  }
  if (kind !== 'Service' || group !== '') return nothing;
  const rules = annotationRules(source.resource.body);
  const to = rules.length === 0 ? undefined : placeOf(view, source.key);
  return to === undefined
    ? nothing
    : { claims: [], findings: [], guards: guardsOf(source, options, { from: null, to }, rules) };
}

function guardsOf(source: Source, options: EvidenceOptions, ends: Ends, rules: readonly Rule[]): Guard[] {
  return rules.map((rule) => guardOf(source, options, ends, rule));
}

function profileRules({ resource: { body } }: Source): Rule[] {
  return arrayAt(body, 'spec', 'routes').flatMap((route, index) => {
    const path = `spec.routes[${index}]`;
    const of = ` on route ${shortAt(route, 'name') ?? index}`;
    const isTried = objectAt(route)?.['isRetryable'] === true;
    return [
      ...timeoutRule(stringAt(route, 'timeout'), `${path}.timeout`, of),
      // A budget, not a count, ends it: how often a call is tried is not known.
      ...(isTried
        ? [{ kind: 'retries', what: `calls that fail are tried again within a budget${of}`, path } as const]
        : []),
    ];
  });
}

/** Annotations of a Service, or of a route, that Linkerd reads: `retry.linkerd.io/…`, `timeout.linkerd.io/…`, `balancer.linkerd.io/…`. */
export function annotationRules(body: JsonObject): Rule[] {
  const said = objectAt(body, 'metadata', 'annotations');
  const pathOf = (name: string): string => `metadata.annotations."${name}"`;
  const kinds = ['retry.linkerd.io/http', 'retry.linkerd.io/grpc'].filter((name) => shortAt(said, name) !== undefined);
  const limit = shortAt(said, 'retry.linkerd.io/limit') ?? '1';
  const accrual = shortAt(said, 'balancer.linkerd.io/failure-accrual');
  const failures = shortAt(said, 'balancer.linkerd.io/failure-accrual-consecutive-max-failures') ?? '7';
  return [
    ...kinds.slice(0, 1).flatMap((name) => retryRule(limit, pathOf(name))),
    ...timeoutRule(stringAt(said, 'timeout.linkerd.io/request'), pathOf('timeout.linkerd.io/request')),
    ...(accrual === 'consecutive'
      ? [
          {
            kind: 'breaker',
            what: `a pod that fails ${failures} times in a row gets no calls for a while`,
            path: pathOf('balancer.linkerd.io/failure-accrual'),
          } as const,
        ]
      : []),
  ];
}
