import { arrayAt, isJsonObject, type JsonObject, objectAt, stringAt, valueAt } from '../../resource/json.ts';
import { volumeSources } from '../evidence/settings/mounted-documents.ts';
import type { Container, Workload } from '../landscape/workload.ts';

/** One way in which a workload reads a ConfigMap or Secret. */
export interface KeyUse {
  /** Null: every key. */
  readonly key: string | null;
  readonly sees: 'live' | 'restart';
  /** A pod does not start when the key is gone. */
  readonly isRequired: boolean;
  readonly how: string;
}

export interface ConfigName {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** Every way in which the containers of a workload read one ConfigMap or Secret of its namespace. */
export function keyUses(workload: Workload, config: ConfigName): KeyUse[] {
  const volumes = arrayAt(workload.pod, 'volumes').filter(isJsonObject);
  return workload.containers.flatMap((container) => [
    ...environmentUses(container, config),
    ...volumes.flatMap((volume) => volumeUses(container, volume, config)),
  ]);
}

function environmentUses({ body }: Container, { kind, name }: ConfigName): KeyUse[] {
  const [whole, single] = kind === 'ConfigMap' ? ['configMapRef', 'configMapKeyRef'] : ['secretRef', 'secretKeyRef'];
  const taken = arrayAt(body, 'envFrom')
    .filter((entry) => stringAt(entry, whole, 'name') === name)
    .map((): KeyUse => ({ key: null, sees: 'restart', isRequired: false, how: 'takes all keys into its environment' }));
  const named = arrayAt(body, 'env').flatMap((entry): KeyUse[] => {
    const reference = objectAt(entry, 'valueFrom', single);
    const key = stringAt(reference, 'key');
    if (key === undefined || stringAt(reference, 'name') !== name) return [];
    const isRequired = valueAt(reference, 'optional') !== true;
    return [{ key, sees: 'restart', isRequired, how: `reads it as env ${stringAt(entry, 'name') ?? ''}` }];
  });
  return [...taken, ...named];
}

function volumeUses({ body }: Container, volume: JsonObject, { kind, name }: ConfigName): KeyUse[] {
  const mounts = arrayAt(body, 'volumeMounts').filter(
    (mount) => stringAt(mount, 'name') === stringAt(volume, 'name') && stringAt(mount, 'name') !== undefined,
  );
  const sources = volumeSources(volume).filter((source) => source.kind === kind && source.name === name);
  const isOptional = ['configMap', 'secret'].some((field) => valueAt(volume, field, 'optional') === true);
  return sources.flatMap(({ items }) => mounts.flatMap((mount) => mountUses(mount, items, isOptional)));
}

function mountUses(
  mount: ReturnType<typeof arrayAt>[number],
  items: ReadonlyMap<string, string> | null,
  isOptional: boolean,
): KeyUse[] {
  const isFixed = valueAt(mount, 'subPath') !== undefined || valueAt(mount, 'subPathExpr') !== undefined;
  const only = stringAt(mount, 'subPath');
  const how = isFixed ? 'mounts one file of it, which is fixed until the next start' : 'mounts it as files';
  const sees = isFixed ? 'restart' : 'live';
  if (items === null) return [{ key: only ?? null, sees, isRequired: false, how }];
  return [...items]
    .filter(([, file]) => only === undefined || file === only || file.startsWith(`${only}/`))
    .map(([key]) => ({ key, sees, isRequired: !isOptional, how }));
}
