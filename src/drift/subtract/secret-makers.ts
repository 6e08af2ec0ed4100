import { arrayAt, objectAt, stringAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { describeResourceId, type ResourceId } from '../../resource/resource-id.ts';
import { explained, type Explanation, heldByPerson, type Question } from './explanation.ts';
import type { LiveIndex } from './live-index.ts';

/** Kinds that stand in Git for values which are kept elsewhere or sealed: the values themselves cannot be compared. */
const standIns: ReadonlySet<string> = new Set([
  'bitnami.com/SealedSecret',
  'external-secrets.io/ExternalSecret',
  'external-secrets.io/ClusterExternalSecret',
  'external-secrets.io/PushSecret',
]);

export function standsForSecret({ group, kind }: ResourceId): boolean {
  return standIns.has(`${group}/${kind}`);
}

/** Whether a controller made this Secret and was told not to own it; those that it owns are known by their owner. */
export function isMadeUnowned(id: ResourceId, index: LiveIndex): boolean {
  const sealed = sealedFor(id, index);
  const mark = 'sealedsecrets.bitnami.com/skip-set-owner-references';
  if (stringAt(sealed?.body, 'spec', 'template', 'metadata', 'annotations', mark) === 'true') return true;
  return externalsFor(id, index).some(({ body }) => policyOf(body) === 'Orphan');
}

/** Keys that a controller was asked to add to a Secret that Git declares, and its marks on it. It may not change what Git declares. */
export function filledFromStore(question: Question): Explanation | null {
  const { live, text, candidate, index } = question;
  if (live.id.kind !== 'Secret' || live.id.group !== '' || candidate.change !== 'added' || heldByPerson(question)) {
    return null;
  }
  const last = candidate.path.at(-1);
  if (last?.kind !== 'field') return null;
  const fills = (maker: Resource): boolean => {
    if (candidate.path.length === 2 && text.startsWith('data.')) return hasKey(maker, last.name);
    return /^metadata\.(?:annotations|labels)\."reconcile\.external-secrets\.io\//.test(text);
  };
  const maker = mergersFor(live, index).find(fills);
  return maker === undefined ? null : explained('controller', `filled in by ${describeResourceId(maker.id)}`);
}

function mergersFor(live: Resource, index: LiveIndex): readonly Resource[] {
  const merging = externalsFor(live.id, index).filter(({ body }) => policyOf(body) === 'Merge');
  const patch = stringAt(live.body, 'metadata', 'annotations', 'sealedsecrets.bitnami.com/patch');
  const sealed = patch === 'true' ? sealedFor(live.id, index) : undefined;
  return sealed === undefined ? merging : [...merging, sealed];
}

function sealedFor({ namespace, name }: ResourceId, index: LiveIndex): Resource | undefined {
  return index.get({ group: 'bitnami.com', kind: 'SealedSecret', namespace, name });
}

function externalsFor({ namespace, name }: ResourceId, index: LiveIndex): readonly Resource[] {
  return [...index.ofKind('external-secrets.io', 'ExternalSecret')].filter(
    ({ id, body }) => id.namespace === namespace && (stringAt(body, 'spec', 'target', 'name') ?? id.name) === name,
  );
}

function policyOf(body: Resource['body']): string {
  return stringAt(body, 'spec', 'target', 'creationPolicy') ?? 'Owner';
}

/** What a store hands over as a whole has keys of its own choice. */
function hasKey({ body }: Resource, key: string): boolean {
  return (
    Object.hasOwn(objectAt(body, 'spec', 'encryptedData') ?? {}, key) ||
    Object.hasOwn(objectAt(body, 'spec', 'target', 'template', 'data') ?? {}, key) ||
    arrayAt(body, 'spec', 'data').some((each) => stringAt(each, 'secretKey') === key) ||
    arrayAt(body, 'spec', 'dataFrom').length > 0
  );
}
