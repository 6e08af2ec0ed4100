import { arrayAt, type JsonObject, objectAt, stringAt } from '../../../resource/json.ts';
import { membersOf } from '../../landscape/key-index.ts';
import { keyFor } from '../../landscape/landscape.ts';
import { placeOf, resourceAt, type View } from '../../landscape/view.ts';

/**
 * Whether a gateway leads (back) to the node `from`: programs are told their own public address to write it into links and mails, and do
 * not call it.
 */
export function isOwnAddress(view: View, gateway: string, from: string): boolean {
  return [...membersOf(view.landscape.residents, gateway)].some((key) => {
    const ingress = resourceAt(view, key);
    if (ingress?.id.kind !== 'Ingress') return false;
    return backendsOf(ingress.body).some(
      (name) =>
        placeOf(view, keyFor('', 'Service', ingress.id.namespace || view.landscape.defaultNamespace, name)) === from,
    );
  });
}

/** Names of the Services behind an Ingress. */
function backendsOf(body: JsonObject): readonly string[] {
  const spec = objectAt(body, 'spec');
  const paths = arrayAt(spec, 'rules').flatMap((rule) => arrayAt(rule, 'http', 'paths'));
  const backends = [objectAt(spec, 'defaultBackend'), ...paths.map((path) => objectAt(path, 'backend'))];
  return backends.flatMap((backend) => stringAt(backend, 'service', 'name') ?? []);
}
