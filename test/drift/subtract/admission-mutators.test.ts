import { expect, test } from 'vitest';
import { describeMutators, type Incoming, type Mutators } from '../../../src/drift/subtract/admission-mutators.ts';
import type { JsonObject } from '../../../src/resource/json.ts';

const pods = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };

function webhooks(...members: readonly JsonObject[]): Mutators {
  return {
    webhooks: [
      { metadata: { name: 'w' }, webhooks: members.map((each) => ({ name: 'a.dev', rules: [pods], ...each })) },
    ],
    policies: [],
    bindings: [],
  };
}

function policy(match: JsonObject, binding: JsonObject = {}): Mutators {
  return {
    webhooks: [],
    policies: [{ metadata: { name: 'p' }, spec: { matchConstraints: { resourceRules: [pods], ...match } } }],
    bindings: [{ metadata: { name: 'b' }, spec: { policyName: 'p', ...binding } }],
  };
}

const pod: Incoming = {
  group: '',
  resource: 'pods',
  namespaced: true,
  labels: { app: 'web' },
  namespaceLabels: { injection: 'enabled' },
};
const webhook = 'changed by webhook a.dev of MutatingWebhookConfiguration w';
const nobody = 'by default or by a plugin of the server, as no webhook or policy is asked';

test.each<[string, Mutators | null, Partial<Incoming>, string]>([
  ['a webhook for its kind', webhooks({}), {}, webhook],
  ['a webhook for every kind', webhooks({ rules: [{ ...pods, apiGroups: ['*'], resources: ['*/*'] }] }), {}, webhook],
  ['one for another kind', webhooks({}), { resource: 'services' }, nobody],
  ['one for another group', webhooks({}), { group: 'apps' }, nobody],
  ['one for changes alone', webhooks({ rules: [{ ...pods, operations: ['UPDATE'] }] }), {}, nobody],
  ['one for the cluster', webhooks({ rules: [{ ...pods, scope: 'Cluster' }] }), {}, nobody],
  [
    'a namespace that is selected',
    webhooks({ namespaceSelector: { matchLabels: { injection: 'enabled' } } }),
    {},
    webhook,
  ],
  ['a namespace that is not', webhooks({ namespaceSelector: { matchLabels: { injection: 'no' } } }), {}, nobody],
  [
    'a namespace that may not be read',
    webhooks({ namespaceSelector: { matchLabels: { injection: 'no' } } }),
    { namespaceLabels: null },
    webhook,
  ],
  [
    'an object that is not selected',
    webhooks({ objectSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] } }),
    {},
    nobody,
  ],
  ['a policy', policy({}), {}, 'changed by MutatingAdmissionPolicy p'],
  ['a policy that spares its kind', policy({ excludeResourceRules: [pods] }), {}, nobody],
  ['a policy that is bound elsewhere', policy({}, { policyName: 'q' }), {}, nobody],
  [
    'a binding that spares it',
    policy({}, { matchResources: { objectSelector: { matchLabels: { app: 'x' } } } }),
    {},
    nobody,
  ],
  [
    'two',
    webhooks({}, { name: 'b.dev' }),
    {},
    'changed by one of webhook a.dev of MutatingWebhookConfiguration w, webhook b.dev of MutatingWebhookConfiguration w',
  ],
  ['a list that may not be read', null, {}, 'which webhooks and policies there are may not be read'],
])('%s', (_what, mutators, more, expected) => {
  expect(describeMutators(mutators, { ...pod, ...more })).toBe(expected);
});
