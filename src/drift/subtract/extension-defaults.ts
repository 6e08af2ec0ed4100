import { stringAt } from '../../resource/json.ts';
import { type DefaultRule, parent } from './default-rule.ts';

const emptySelector = {};

const webhookRows: Readonly<Record<string, DefaultRule>> = Object.fromEntries(
  ['ValidatingWebhook', 'MutatingWebhook'].flatMap((type): [string, DefaultRule][] => [
    [`admissionregistration.v1.${type}.failurePolicy`, 'Fail'],
    [`admissionregistration.v1.${type}.matchPolicy`, 'Equivalent'],
    [`admissionregistration.v1.${type}.namespaceSelector`, emptySelector],
    [`admissionregistration.v1.${type}.objectSelector`, emptySelector],
    [`admissionregistration.v1.${type}.timeoutSeconds`, 10],
    [`admissionregistration.v1.${type}.reinvocationPolicy`, 'Never'],
  ]),
);

const extensionRows: Readonly<Record<string, DefaultRule>> = {
  'admissionregistration.v1.RuleWithOperations.scope': '*',
  'admissionregistration.v1.NamedRuleWithOperations.scope': '*',
  'admissionregistration.v1.ServiceReference.port': 443,
  'admissionregistration.v1.ValidatingAdmissionPolicySpec.failurePolicy': 'Fail',
  'admissionregistration.v1.MutatingAdmissionPolicySpec.failurePolicy': 'Fail',
  'admissionregistration.v1.MatchResources.matchPolicy': 'Equivalent',
  'admissionregistration.v1.MatchResources.namespaceSelector': emptySelector,
  'admissionregistration.v1.MatchResources.objectSelector': emptySelector,
  'apiextensions.v1.ServiceReference.port': 443,
  'apiextensions.v1.CustomResourceDefinitionSpec.conversion': { strategy: 'None' },
  'apiextensions.v1.CustomResourceDefinitionNames.listKind': (_live, context) => {
    const kind = stringAt(parent(context), 'kind');
    return kind === undefined ? undefined : `${kind}List`;
  },
  'apiextensions.v1.CustomResourceDefinitionNames.singular': (_live, context) =>
    stringAt(parent(context), 'kind')?.toLowerCase(),
};

/** Defaults of the kinds that extend the API: webhooks, admission policies, custom resource definitions. */
export const extensionDefaults: Readonly<Record<string, DefaultRule>> = { ...webhookRows, ...extensionRows };
