import { arrayAt, type JsonValue, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import type { Guard } from '../../graph-shapes.ts';
import { evidenceOf, findingAt, type Found, nothing, ownNode, type Source } from '../evidence.ts';
import type { EvidenceOptions } from '../evidence.ts';
import { istioParents } from '../routes/gateway-routes.ts';
import { clusterHostTarget, hostTarget, type Routing, routing } from '../routes/route-targets.ts';
import type { View } from '../../landscape/view.ts';
import { type Ends, guardOf, retryRule, type Rule, shortAt, timeoutRule } from './guard.ts';

/** Timeouts, retries and injected faults of VirtualServices; outlier detection and limits of DestinationRules. */
export function istioGuards(source: Source, view: View, options: EvidenceOptions): Found {
  const { kind, group } = source.resource.id;
  if (group !== 'networking.istio.io') return nothing;
  const at = routing(source, view, options);
  if (kind === 'VirtualService') return { ...at.found, guards: virtualServiceGuards(at) };
  if (kind === 'DestinationRule') return { ...at.found, guards: destinationGuards(at) };
  return nothing;
}

function virtualServiceGuards(at: Routing): Guard[] {
  const { gateways, hosts } = istioParents(at);
  return arrayAt(at.source.resource.body, 'spec', 'http').flatMap((rule, index) => {
    const path = `spec.http[${index}]`;
    // What holds for some requests only is told of all of them: which a caller sends is not known.
    const when = arrayAt(rule, 'match').length > 0 ? ' where its match fits' : '';
    const rules = [...limitsOf(rule, path, when), ...faultsOf(rule, path, when)];
    if (rules.length === 0) return [];
    for (const fault of rules) if (fault.kind === 'fault') tellFault(at, fault);
    const targets = arrayAt(rule, 'route').flatMap((entry) => {
      const host = stringAt(entry, 'destination', 'host');
      return host === undefined ? [] : (hostTarget(at, host, at.source.namespace) ?? []);
    });
    const ends: Ends[] = [
      ...hosts.map((to) => ({ from: null, to })),
      ...gateways.flatMap((from) => targets.map((to) => ({ from, to }))),
    ];
    return ends.flatMap((each) => rules.map((one) => guardOf(at.source, at.options, each, one)));
  });
}

function limitsOf(rule: JsonValue, path: string, when: string): Rule[] {
  const each = stringAt(rule, 'retries', 'perTryTimeout');
  const about = `${each === undefined ? '' : `, ${shortAt(rule, 'retries', 'perTryTimeout')} each`}${when}`;
  return [
    ...timeoutRule(stringAt(rule, 'timeout'), `${path}.timeout`, when),
    ...retryRule(valueAt(rule, 'retries', 'attempts'), `${path}.retries`, about),
  ];
}

function faultsOf(rule: JsonValue, path: string, when: string): Rule[] {
  const shareOf = (fault: JsonValue | undefined): string =>
    `${shortAt(fault, 'percentage', 'value') ?? shortAt(fault, 'percent') ?? '100'} %`;
  const abort = objectAt(rule, 'fault', 'abort');
  const delay = objectAt(rule, 'fault', 'delay');
  const answer = shortAt(abort, 'httpStatus') ?? shortAt(abort, 'grpcStatus') ?? 'an error';
  return [
    ...(abort === undefined
      ? []
      : [
          {
            kind: 'fault',
            what: `${shareOf(abort)} of calls are answered with ${answer} on purpose${when}`,
            path: `${path}.fault.abort`,
          } as const,
        ]),
    ...(delay === undefined
      ? []
      : [
          {
            kind: 'fault',
            what: `${shareOf(delay)} of calls are delayed by ${shortAt(delay, 'fixedDelay') ?? 'a while'} on purpose${when}`,
            path: `${path}.fault.delay`,
          } as const,
        ]),
  ];
}

/** An experiment that was forgotten looks like an outage. */
function tellFault(at: Routing, { what, path }: Rule): void {
  const place = { resource: at.source.resource, path: path ?? null, options: at.options };
  const evidence = evidenceOf('declared', `VirtualService ${at.source.resource.id.name} injects a fault`, place);
  at.found.findings.push(findingAt(evidence, ownNode(at.source, at.view), what));
}

function destinationGuards(at: Routing): Guard[] {
  const { body } = at.source.resource;
  const host = stringAt(body, 'spec', 'host');
  const to = host === undefined || host.includes('*') ? undefined : clusterHostTarget(at, host, 'applies to host');
  if (to === undefined) return [];
  const policies = [
    { policy: objectAt(body, 'spec', 'trafficPolicy'), path: 'spec.trafficPolicy', of: '' },
    ...arrayAt(body, 'spec', 'subsets').map((subset, index) => ({
      policy: objectAt(subset, 'trafficPolicy'),
      path: `spec.subsets[${index}].trafficPolicy`,
      of: ` of subset ${shortAt(subset, 'name') ?? index}`,
    })),
  ];
  return policies.flatMap(({ policy, path, of }) =>
    [...breakersOf(policy, path, of), ...poolsOf(policy, path, of)].map((rule) =>
      guardOf(at.source, at.options, { from: null, to }, rule),
    ),
  );
}

function breakersOf(policy: JsonValue | undefined, path: string, of: string): Rule[] {
  const outliers = objectAt(policy, 'outlierDetection');
  if (outliers === undefined) return [];
  const failures =
    shortAt(outliers, 'consecutive5xxErrors') ??
    shortAt(outliers, 'consecutiveGatewayErrors') ??
    shortAt(outliers, 'consecutiveErrors') ??
    '5';
  const away = shortAt(outliers, 'baseEjectionTime') ?? '30s';
  const what = `a pod${of} that fails ${failures} times in a row gets no calls for ${away}`;
  return [{ kind: 'breaker', what, path: `${path}.outlierDetection` }];
}

const pools = [
  ['tcp', 'maxConnections', 'connections'],
  ['http', 'http1MaxPendingRequests', 'waiting requests'],
  ['http', 'http2MaxRequests', 'requests at once'],
] as const;

function poolsOf(policy: JsonValue | undefined, path: string, of: string): Rule[] {
  const limits = pools.flatMap(([protocol, member, words]) => {
    const most = shortAt(policy, 'connectionPool', protocol, member);
    return most === undefined ? [] : [`${most} ${words}`];
  });
  if (limits.length === 0) return [];
  return [
    { kind: 'limit', what: `at most ${limits.join(', ')}${of}, more are refused`, path: `${path}.connectionPool` },
  ];
}
