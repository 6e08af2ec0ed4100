import { assert, integer, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SchemaCatalog } from '../../src/drift/schema/schema-catalog.ts';
import { anyNode, fieldType, type TypeNode } from '../../src/drift/schema/type-node.ts';
import { type FieldPath, formatPath, type Segment } from '../../src/resource/field-path.ts';
import { isJsonArray, isJsonObject, type JsonScalar, type JsonValue } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { formatResourceId } from '../../src/resource/resource-id.ts';
import { folder, judgeAll, now, session, withValue } from './pairs.ts';

const declared = folder('test/fixtures/builtin-kinds');
const modes = ['client-side', 'server-side'] as const;

describe.each(modes)('objects of every built-in kind, applied %s to a real API server and read back', (mode) => {
  const live = folder(`test/fixtures/read-back/${mode}`);

  it('have no difference', () => {
    const noisy = [...judgeAll({ desired: declared, live }).values()].filter(({ verdict }) => verdict !== 'in-sync');
    expect(noisy.map(({ kind, name, differences }) => ({ kind, name, differences }))).toEqual([]);
  });

  it('show one random changed leaf at exactly its path', { timeout: 120_000 }, () => {
    const opened = session({ desired: declared, live });
    const leaves = live
      .filter((resource) => opened.declaredResource(formatResourceId(resource.id)) !== undefined)
      .flatMap(leavesOf);
    let misses: string[] = [];
    assert(
      property(nat(leaves.length - 1), integer({ min: 1, max: 9 }), (index, salt) => {
        const leaf = leaves[index];
        if (leaf === undefined) return;
        opened.updateLive([withValue(leaf.resource, leaf.steps, changed(leaf.value, salt))], []);
        const report = opened.judge(formatResourceId(leaf.resource.id), now);
        opened.updateLive([leaf.resource], []);
        const found = report?.differences.map(({ path }) => path) ?? [];
        if (found.length !== 1 || found[0] !== formatPath(leaf.path)) {
          misses = [
            ...misses,
            `${leaf.resource.id.kind} ${leaf.resource.id.name} ${formatPath(leaf.path)}: ${found.join(' ')}`,
          ];
        }
      }),
      { numRuns: 5_000, seed: 20_261_125 },
    );
    expect(misses.slice(0, 10)).toEqual([]);
  });
});

interface Leaf {
  readonly resource: Resource;
  readonly steps: readonly (string | number)[];
  readonly path: FieldPath;
  readonly value: JsonScalar;
}

/**
 * What belongs to the server or to a controller: changing it is not drift. Merge keys are left out, since another key is
 * another element, and so is what admission and the scheduler give a bare Pod.
 */
const entitled: readonly (readonly [RegExp, RegExp])[] = [
  [
    /./,
    /^(?:apiVersion|kind|status|metadata\.(?:name|namespace|uid|resourceVersion|generation|creationTimestamp|managedFields|deletion))/,
  ],
  [
    /./,
    /^metadata\.annotations\."(?:deployment\.kubernetes\.io|deprecated\.daemonset|pv\.kubernetes\.io|kubernetes\.io\/limit-ranger|volume\.|autoscaling\.alpha|kubectl\.kubernetes)/,
  ],
  [/^Deployment\//, /^spec\.replicas$/],
  [/^Job\//, /^spec\.(?:manualSelector|selector|template\.metadata\.labels)|^metadata\.labels/],
  [/^Service\//, /^spec\.(?:clusterIPs?|ipFamilies|healthCheckNodePort)|\.nodePort$/],
  [
    /^Pod\//,
    /^spec\.(?:nodeName|serviceAccount|tolerations|priority|preemptionPolicy|volumes\[name=kube-api)|\.volumeMounts|\.resources/,
  ],
  [/^PersistentVolume(?:Claim)?\//, /^spec\.(?:claimRef|volumeName)|^metadata\.finalizers/],
  [/^ClusterRole\/readback-aggregate$/, /^rules/],
  [/^Namespace\//, /^spec\.finalizers|kubernetes\.io\/metadata\.name/],
  [/^ReplicationController\//, /^metadata\.labels/],
];

function leavesOf(resource: Resource): readonly Leaf[] {
  const type = catalog.find(resource.apiVersion, resource.id.kind)?.type ?? anyNode;
  const name = `${resource.id.kind}/${resource.id.name}`;
  const leaves: Leaf[] = [];
  walk(resource.body, type, { steps: [], path: [] });
  return leaves;

  function walk(value: JsonValue, node: TypeNode, at: { steps: readonly (string | number)[]; path: FieldPath }): void {
    if (isJsonArray(value)) {
      value.forEach((element, index) =>
        walk(element, node.kind === 'list' ? node.item : anyNode, {
          steps: [...at.steps, index],
          path: [...at.path, element_(element, index, node)],
        }),
      );
    } else if (isJsonObject(value)) {
      for (const [key, member] of Object.entries(value))
        walk(member, fieldType(node, key), {
          steps: [...at.steps, key],
          path: [...at.path, { kind: 'field', name: key }],
        });
    } else if (
      !isKey(at.path) &&
      !entitled.some(([whose, path]) => whose.test(name) && path.test(formatPath(at.path)))
    ) {
      leaves.push({ resource, value, ...at });
    }
  }
}

const catalog = new SchemaCatalog(
  declared.filter(({ id }) => id.kind === 'CustomResourceDefinition'),
  [],
);

function element_(element: JsonValue, index: number, node: TypeNode): Segment {
  if (node.kind !== 'list' || node.listType === 'atomic') return { kind: 'index', index };
  if (!isJsonObject(element))
    return isJsonArray(element) ? { kind: 'index', index } : { kind: 'value', value: element };
  const keys = node.keys.flatMap((key): [string, JsonScalar][] => {
    const own = element[key] ?? node.keyDefaults[key];
    return own === undefined || typeof own === 'object' ? [] : [[key, own]];
  });
  return { kind: 'keys', keys };
}

/** A member that identifies its element, or an element of a set or of a list of scalars: changing it makes two differences. */
function isKey(path: FieldPath): boolean {
  const [parent, last] = path.slice(-2);
  if (last?.kind === 'value' || last?.kind === 'index') return true;
  return parent?.kind === 'keys' && last?.kind === 'field' && parent.keys.some(([key]) => key === last.name);
}

function changed(value: JsonScalar, salt: number): JsonScalar {
  if (typeof value === 'string') return /^\d+(?:m|[KMGT]i?)?$/.test(value) ? `${salt}${value}` : `${value}x${salt}`;
  if (typeof value === 'number') return value + salt;
  if (typeof value === 'bigint') return value + BigInt(salt);
  return typeof value === 'boolean' ? !value : 'was null';
}
