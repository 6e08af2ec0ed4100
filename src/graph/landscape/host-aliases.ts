import { arrayAt, isJsonObject, stringAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { operatorKindOf } from './node-kinds.ts';

/**
 * Host names that lead to a resource besides those Kubernetes gives a Service: the hosts of an Ingress, a Gateway, a ServiceEntry or
 * an OpenShift Route, and `name.namespace` of what operators and Knative make. Wildcards are left out.
 */
export function hostAliasesOf(resource: Resource, namespace: string): string[] {
  const { kind, group, name } = resource.id;
  if (kind === 'Ingress') return hosts(arrayAt(resource.body, 'spec', 'rules').map((rule) => stringAt(rule, 'host')));
  if (kind === 'ServiceEntry' && group === 'networking.istio.io') return hosts(arrayAt(resource.body, 'spec', 'hosts'));
  if (kind === 'Route' && group === 'route.openshift.io') return hosts([stringAt(resource.body, 'spec', 'host')]);
  if (kind === 'Service' && group === 'serving.knative.dev') return [`${name}.${namespace}`];
  if (kind === 'Gateway') {
    const names = [...arrayAt(resource.body, 'spec', 'listeners'), ...arrayAt(resource.body, 'spec', 'servers')];
    return hosts(
      names.flatMap((entry) => (isJsonObject(entry) ? [entry['hostname'], ...arrayAt(entry, 'hosts')] : [])),
    );
  }
  return (operatorKindOf(resource.id)?.services(name) ?? []).map((service) => `${service}.${namespace}`);
}

function hosts(values: readonly unknown[]): string[] {
  return values.flatMap((value) =>
    typeof value === 'string' && value !== '' && !value.includes('*') ? [value.toLowerCase()] : [],
  );
}
