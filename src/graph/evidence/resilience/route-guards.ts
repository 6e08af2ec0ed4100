import { arrayAt, type JsonObject, type JsonValue, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import type { Guard } from '../../graph-shapes.ts';
import { type EvidenceOptions, type Found, nothing, ownNode, type Source } from '../evidence.ts';
import { backends, parentsOf, routeKinds } from '../routes/gateway-routes.ts';
import { backendTarget, type Routing, routing } from '../routes/route-targets.ts';
import { keyFor } from '../../landscape/landscape.ts';
import { resourceAt, type View } from '../../landscape/view.ts';
import { type Ends, guardOf, retryRule, type Rule, shortAt, timeoutRule } from './guard.ts';
import { annotationRules } from './linkerd-guards.ts';

/** Timeouts and retries of Gateway API routes, of nginx' annotations on an Ingress, and of Traefik's middlewares. */
export function routeGuards(source: Source, view: View, options: EvidenceOptions): Found {
  const { kind, group } = source.resource.id;
  const guards = guardsOf({ ...routing(source, view, options) }, kind, group);
  return guards.length === 0 ? nothing : { claims: [], findings: [], guards };
}

function guardsOf(at: Routing, kind: string, group: string): Guard[] {
  if (kind === 'IngressRoute' && group.startsWith('traefik.')) return traefikGuards(at);
  if (kind === 'Ingress') return ingressGuards(at);
  return group !== 'networking.istio.io' && routeKinds.has(kind) ? gatewayGuards(at) : [];
}

function gatewayGuards(at: Routing): Guard[] {
  const { body } = at.source.resource;
  const parents = parentsOf(at);
  const everywhere = annotationRules(body);
  return arrayAt(body, 'spec', 'rules').flatMap((rule, index) => {
    const path = `spec.rules[${index}]`;
    const rules = [
      ...everywhere,
      ...timeoutRule(stringAt(rule, 'timeouts', 'request'), `${path}.timeouts.request`),
      ...timeoutRule(stringAt(rule, 'timeouts', 'backendRequest'), `${path}.timeouts.backendRequest`, ', each try'),
      // An object without a number asks for one more try.
      ...(objectAt(rule, 'retry') === undefined
        ? []
        : retryRule(valueAt(rule, 'retry', 'attempts') ?? 1, `${path}.retry`)),
    ];
    if (rules.length === 0) return [];
    const targets = backends(at, arrayAt(rule, 'backendRefs')).map(({ node }) => node);
    const ends = parents.flatMap(({ node, isService }): Ends[] =>
      isService ? [{ from: null, to: node }] : targets.map((to) => ({ from: node, to })),
    );
    return ends.flatMap((each) => rules.map((one) => guardOf(at.source, at.options, each, one)));
  });
}

const nginx = 'nginx.ingress.kubernetes.io';

function ingressGuards(at: Routing): Guard[] {
  const { body } = at.source.resource;
  const said = objectAt(body, 'metadata', 'annotations');
  const seconds = shortAt(said, `${nginx}/proxy-read-timeout`);
  const tries = shortAt(said, `${nginx}/proxy-next-upstream-tries`);
  const rules: Rule[] = [
    ...timeoutRule(
      seconds === undefined ? undefined : `${seconds}s`,
      pathOf('proxy-read-timeout'),
      ' without an answer',
    ),
    ...(tries === undefined || !/^[1-9]\d{0,2}$/.test(tries)
      ? []
      : retryRule(Number(tries) - 1, pathOf('proxy-next-upstream-tries'))),
  ];
  if (rules.length === 0) return [];
  const names = [
    objectAt(body, 'spec', 'defaultBackend'),
    ...arrayAt(body, 'spec', 'rules').flatMap((rule) =>
      arrayAt(rule, 'http', 'paths').map((path) => objectAt(path, 'backend')),
    ),
  ].flatMap((backend) => stringAt(backend, 'service', 'name') ?? []);
  return fromHere(
    at,
    names.map((name): JsonObject => ({ name })),
    rules,
  );
}

function pathOf(annotation: string): string {
  return `metadata.annotations."${nginx}/${annotation}"`;
}

function traefikGuards(at: Routing): Guard[] {
  return arrayAt(at.source.resource.body, 'spec', 'routes').flatMap((route) => {
    const rules = arrayAt(route, 'middlewares').flatMap((reference) => middlewareRules(at, reference));
    return rules.length === 0 ? [] : fromHere(at, arrayAt(route, 'services'), rules);
  });
}

function middlewareRules(at: Routing, reference: JsonValue): Rule[] {
  const name = stringAt(reference, 'name');
  if (name === undefined) return [];
  const { group } = at.source.resource.id;
  const namespace = stringAt(reference, 'namespace') ?? at.source.namespace;
  const body = resourceAt(at.view, keyFor(group, 'Middleware', namespace, name))?.body;
  const by = ` by Middleware ${shortAt(reference, 'name')}`;
  const most = shortAt(body, 'spec', 'inFlightReq', 'amount');
  const attempts = valueAt(body, 'spec', 'retry', 'attempts');
  return [
    // Traefik counts the first try as an attempt.
    ...(typeof attempts === 'number' ? retryRule(attempts - 1, 'spec.routes', by) : []),
    ...(objectAt(body, 'spec', 'circuitBreaker') === undefined
      ? []
      : [
          {
            kind: 'breaker',
            what: `no calls for a while when ${shortAt(body, 'spec', 'circuitBreaker', 'expression') ?? 'too many fail'}${by}`,
            path: 'spec.routes',
          } as const,
        ]),
    ...(most === undefined
      ? []
      : [
          {
            kind: 'limit',
            what: `at most ${most} requests at once${by}, more are refused`,
            path: 'spec.routes',
          } as const,
        ]),
  ];
}

function fromHere(at: Routing, references: readonly JsonValue[], rules: readonly Rule[]): Guard[] {
  const from = ownNode(at.source, at.view);
  const targets = new Set(references.flatMap((reference) => backendTarget(at, reference, at.source.namespace) ?? []));
  return [...targets].flatMap((to) => rules.map((rule) => guardOf(at.source, at.options, { from, to }, rule)));
}
