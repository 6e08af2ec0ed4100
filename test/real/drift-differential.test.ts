import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import type { ResourceReport } from '../../src/drift/drift-report.ts';
import { openConnection } from '../../src/kubernetes/connection/kubernetes-connection.ts';
import { formatJson, isJsonObject, type JsonObject, objectAt, parseJson, stringAt } from '../../src/resource/json.ts';
import { auditPlane } from './audit-plane.ts';
import { fieldsThatDiffer, kubectlDiffObjects, valuesAt } from './kubectl-diff-objects.ts';
import { mutateObject, seededRandom } from './mutate-object.ts';
import { freshNamespace, kubectl, sharedPlane, tryKubectl } from './plane-access.ts';

const manager = '--field-manager=fuzz-applier';
const fixtures = join(import.meta.dirname, '..', 'fixtures', 'builtin-kinds');
const rounds = 5;
/** A controller may write between the two looks that kubectl takes. */
const serverWritten = /^(?:status|metadata\.(?:generation|resourceVersion))/;

const connection = await openConnection({ kubeconfig: sharedPlane().kubeconfig, environment: {} });
afterAll(() => connection.close());

test.for([1, 33])(
  'what kubectl diff shows after random edits of live objects, the report names (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const declared = await freshEstate();
    const unnamed: string[] = [];
    let [shown, edits] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      const live = await Promise.all(declared.map((object) => readLive(object)));
      const edited = listOf(live.map((object) => mutateObject(withoutVersion(object), random)));
      const replace = ['replace', '--validate=false', '--field-manager=fuzz-editor', '-f', '-'];
      edits += (await tryKubectl(replace, { input: edited })).stdout.match(/ replaced$/gm)?.length ?? 0;
      const compared = await compare(declared);
      shown += compared.shown;
      unnamed.push(...compared.unnamed);
    }
    expect(unnamed).toEqual([]);
    expect(Math.min(edits, shown)).toBeGreaterThan(100);
  },
);

test.for([3, 26])('what kubectl diff shows after random changes in Git, the report names (seed %i)', async (seed) => {
  const random = seededRandom(seed);
  const declared = await freshEstate();
  const unnamed: string[] = [];
  let shown = 0;
  for (let round = 0; round < rounds; round += 1) {
    const compared = await compare(declared.map((object) => mutateObject(object, random)));
    shown += compared.shown;
    unnamed.push(...compared.unnamed);
  }
  expect(unnamed).toEqual([]);
  expect(shown).toBeGreaterThan(50);
});

/** One object of every kind that lives in a namespace, in a namespace of its own, applied. */
async function freshEstate(): Promise<readonly JsonObject[]> {
  const namespace = await freshNamespace('differential');
  const declared = ['configuration', 'network', 'workloads']
    .flatMap((name) => parseManifests(readFileSync(join(fixtures, `${name}.yaml`), 'utf8'), name).resources)
    .map(({ body }) => ({ ...body, metadata: { ...objectAt(body, 'metadata'), namespace } }));
  await kubectl(['apply', '--server-side', manager, '-f', '-'], { input: listOf(declared) });
  return declared;
}

/** Fields that kubectl shows, and those of them that no list of the report names. */
async function compare(declared: readonly JsonObject[]): Promise<{ shown: number; unnamed: readonly string[] }> {
  const accepted = await Promise.all(declared.map((object) => isAccepted(object)));
  const objects = declared.filter((_, index) => accepted[index]);
  const namespace = stringAt(declared[0], 'metadata', 'namespace') ?? '';
  const pairs = await kubectlDiffObjects(listOf(objects), [manager]);
  const report = await auditPlane({ manifests: listOf(objects), namespace, readSecrets: true });
  const unnamed: string[] = [];
  let shown = 0;
  for (const [file, pair] of pairs) {
    const isMeant = (kind: string, name: string) => file.endsWith(`.${kind}.${namespace}.${name}`);
    const resource = report.resources.find(({ kind, name }) => isMeant(kind, name));
    const desired = objects.find((object) => isMeant(...kindAndName(object)));
    if (resource === undefined) throw new Error(`${file} is not in the report`);
    // That the order of a list alone differs is said of the resource as a whole.
    const all = fieldsThatDiffer(pair.live, pair.merged, resource.notes.includes('order-only'));
    const fields = all.filter((field) => !serverWritten.test(field.join('.')));
    shown += fields.length;
    const named = fieldsNamedBy(resource);
    for (const field of fields) {
      // What both sides have or lack alike is only what the server would derive from a change that is named itself.
      if (formatJson(valuesAt(pair.live, field)) === formatJson(valuesAt(desired, field))) continue;
      if (!named.some((known) => overlaps(known, field.join('.')))) unnamed.push(`${file}: ${field.join('.')}`);
    }
  }
  return { shown, unnamed };
}

function kindAndName(object: JsonObject): [string, string] {
  return [stringAt(object, 'kind') ?? '', stringAt(object, 'metadata', 'name') ?? ''];
}

function fieldsNamedBy(report: ResourceReport): readonly string[] {
  const { differences, suppressions, pending, invalid, undetermined } = report;
  return [...differences, ...suppressions, ...pending, ...invalid, ...undetermined].map(({ path }) =>
    path.replaceAll(/\[[^\]]*\](?:#\d+)?/g, '').replaceAll('"', ''),
  );
}

function overlaps(named: string, path: string): boolean {
  return named === path || named.startsWith(`${path}.`) || path.startsWith(`${named}.`);
}

/** kubectl gives up on all objects when the server refuses one of them. */
async function isAccepted(object: JsonObject): Promise<boolean> {
  const request = {
    method: 'PATCH',
    path: `${pathOf(object)}?dryRun=All&force=true&fieldManager=fuzz-applier&fieldValidation=Strict`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: formatJson(object),
  } as const;
  const { status } = await connection.send(request, AbortSignal.timeout(10_000));
  return status === 200;
}

async function readLive(object: JsonObject): Promise<JsonObject> {
  const answer = await connection.send({ path: pathOf(object) }, AbortSignal.timeout(10_000));
  const live = parseJson(answer.body.toString('utf8'));
  return answer.status === 200 && isJsonObject(live) ? live : object;
}

/** So that a status written meanwhile is no conflict. */
function withoutVersion(object: JsonObject): JsonObject {
  const { resourceVersion: _dropped, ...metadata } = objectAt(object, 'metadata') ?? {};
  return { ...object, metadata };
}

function pathOf(object: JsonObject): string {
  const apiVersion = stringAt(object, 'apiVersion') ?? '';
  const kind = (stringAt(object, 'kind') ?? '').toLowerCase();
  const plural = kind.endsWith('y')
    ? `${kind.slice(0, -1)}ies`
    : kind.endsWith('points')
      ? kind
      : kind.endsWith('s')
        ? `${kind}es`
        : `${kind}s`;
  const prefix = apiVersion.includes('/') ? '/apis' : '/api';
  const [namespace = '', name = ''] = ['namespace', 'name'].map((key) => stringAt(object, 'metadata', key));
  return `${prefix}/${apiVersion}/namespaces/${namespace}/${plural}/${name}`;
}

function listOf(items: readonly JsonObject[]): string {
  return formatJson({ apiVersion: 'v1', kind: 'List', items });
}
