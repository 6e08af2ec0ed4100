import { arrayAt, type JsonObject, objectAt, stringAt } from '../../../resource/json.ts';
import type { Address } from '../../addresses/address.ts';
import { membersOf } from '../../landscape/key-index.ts';
import { keyFor } from '../../landscape/landscape.ts';
import { placeOf, resourceAt, type View } from '../../landscape/view.ts';

/**
 * Whether an address of a gateway leads (back) to the node `from`: programs are told their own public address to write it into links and
 * mails, and do not call it. What another path of the same host leads to is not the own address.
 */
export function isOwnAddress(view: View, gateway: string, from: string, address: Address): boolean {
  return [...membersOf(view.landscape.residents, gateway)].some((key) => {
    const ingress = resourceAt(view, key);
    if (ingress?.id.kind !== 'Ingress') return false;
    const service = backendOf(ingress.body, address.host, pathIn(address));
    const namespace = ingress.id.namespace === '' ? view.landscape.defaultNamespace : ingress.id.namespace;
    return service !== undefined && placeOf(view, keyFor('', 'Service', namespace, service)) === from;
  });
}

/** What follows the host in the setting; `/` where nothing does. */
function pathIn({ host, setting }: Address): string {
  const at = setting.value.toLowerCase().indexOf(host);
  const behind = at < 0 ? '' : setting.value.slice(at + host.length).replace(/^:\d{1,5}/, '');
  return behind.startsWith('/') ? (/^[^\s?#"',;]*/.exec(behind)?.[0] ?? '/') : '/';
}

/** The Service that the longest fitting path of the host leads to. */
function backendOf(body: JsonObject, host: string, path: string): string | undefined {
  const spec = objectAt(body, 'spec');
  const rules = arrayAt(spec, 'rules').filter((rule) => stringAt(rule, 'host')?.toLowerCase() === host);
  const fitting = rules
    .flatMap((rule) => arrayAt(rule, 'http', 'paths'))
    .map((entry) => ({ path: stringAt(entry, 'path') ?? '/', backend: objectAt(entry, 'backend') }))
    .filter((entry) => path === entry.path || path.startsWith(entry.path.replace(/\/*$/, '/')))
    .toSorted((one, other) => other.path.length - one.path.length);
  return stringAt(fitting[0]?.backend ?? objectAt(spec, 'defaultBackend'), 'service', 'name');
}
