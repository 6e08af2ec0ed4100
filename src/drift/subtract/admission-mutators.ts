import { arrayAt, type JsonObject, type JsonValue, objectAt, stringAt, valueAt } from '../../resource/json.ts';
import { matchesLabels } from '../../resource/label-selector.ts';

/** Everything that may change an object on its way in, as the server holds it. */
export interface Mutators {
  readonly webhooks: readonly JsonObject[];
  readonly policies: readonly JsonObject[];
  readonly bindings: readonly JsonObject[];
}

/** The object that comes in. `resource` is plural; the labels of its namespace are null where they could not be read. */
export interface Incoming {
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly labels: JsonObject;
  readonly namespaceLabels: JsonObject | null;
}

/**
 * Who may have changed a new object: every webhook and policy whose rules and selectors fit it. The server does not tell which of them
 * did. The answer is the end of a sentence; null `mutators` are those that nobody may read.
 */
export function describeMutators(mutators: Mutators | null, incoming: Incoming): string {
  if (mutators === null) return 'which webhooks and policies there are may not be read';
  const names = [...webhooksFor(mutators, incoming), ...policiesFor(mutators, incoming)];
  if (names.length === 0) return 'by default or by a plugin of the server, as no webhook or policy is asked';
  return names.length === 1 ? `changed by ${names.join('')}` : `changed by one of ${names.join(', ')}`;
}

function webhooksFor({ webhooks }: Mutators, incoming: Incoming): readonly string[] {
  return webhooks.flatMap((configuration) =>
    arrayAt(configuration, 'webhooks')
      .filter((webhook) => isRuledIn(arrayAt(webhook, 'rules'), incoming) && isSelected(webhook, incoming))
      .map(
        (webhook) =>
          `webhook ${stringAt(webhook, 'name') ?? '?'} of MutatingWebhookConfiguration ${nameOf(configuration)}`,
      ),
  );
}

/** A policy does nothing without a binding. */
function policiesFor({ policies, bindings }: Mutators, incoming: Incoming): readonly string[] {
  return policies
    .filter((policy) => isConstrained(valueAt(policy, 'spec', 'matchConstraints'), incoming))
    .filter((policy) =>
      bindings.some(
        (binding) =>
          stringAt(binding, 'spec', 'policyName') === nameOf(policy) &&
          isConstrained(valueAt(binding, 'spec', 'matchResources'), incoming),
      ),
    )
    .map((policy) => `MutatingAdmissionPolicy ${nameOf(policy)}`);
}

function isConstrained(match: JsonValue | undefined, incoming: Incoming): boolean {
  if (match === undefined) return true;
  const rules = arrayAt(match, 'resourceRules');
  return (
    (rules.length === 0 || isRuledIn(rules, incoming)) &&
    !isRuledIn(arrayAt(match, 'excludeResourceRules'), incoming) &&
    isSelected(match, incoming)
  );
}

/** Versions are left aside: the server converts, so that a rule for one version gets the others too. */
function isRuledIn(rules: readonly JsonValue[], { group, resource, namespaced }: Incoming): boolean {
  return rules.some(
    (rule) =>
      isListed(rule, 'apiGroups', [group]) &&
      isListed(rule, 'resources', [resource, '*/*']) &&
      isListed(rule, 'operations', ['CREATE']) &&
      [undefined, '*', namespaced ? 'Namespaced' : 'Cluster'].includes(stringAt(rule, 'scope')),
  );
}

function isListed(rule: JsonValue, member: string, wanted: readonly string[]): boolean {
  return arrayAt(rule, member).some((each) => each === '*' || (typeof each === 'string' && wanted.includes(each)));
}

function isSelected(match: JsonValue, { labels, namespaceLabels, namespaced }: Incoming): boolean {
  const byNamespace =
    !namespaced || namespaceLabels === null || matchesLabels(valueAt(match, 'namespaceSelector'), namespaceLabels);
  return byNamespace && matchesLabels(valueAt(match, 'objectSelector'), labels);
}

function nameOf(object: JsonObject): string {
  return stringAt(objectAt(object, 'metadata'), 'name') ?? '?';
}
