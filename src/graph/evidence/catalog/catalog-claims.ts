import { entityName, isCatalogEntity, relationsOf } from '../../../resource/catalog-entity.ts';
import { stringAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { CatalogFact, Claim, NodeRole, Strength } from '../../graph-shapes.ts';
import { factsOf } from '../../landscape/node-facts.ts';
import { providersOf, resourceAt, type View } from '../../landscape/view.ts';
import { evidenceOf, type EvidenceOptions, findingAt, type Found, nothing, type Source } from '../evidence.ts';
import { layerBetween } from '../settings/address-layer.ts';
import { type EntityNodes, nodesOfEntity } from './entity-nodes.ts';
import { plainText } from '../../plain-text.ts';

/** What one relation of an entity says, where it is said, and where that is taken down. */
interface Relation {
  readonly found: Found;
  readonly what: string;
  readonly path: string;
  readonly source: Source;
  readonly view: View;
  readonly options: EvidenceOptions;
}

/**
 * What a Backstage catalogue says: `dependsOn`, `dependencyOf` and APIs as edges, owner, lifecycle, system and tier as facts of nodes. People
 * write it once and forget it, so it counts less than what is declared or seen. A reference to nothing is a finding.
 */
export function catalogClaims(source: Source, view: View, options: EvidenceOptions): Found {
  const { id } = source.resource;
  if (!isCatalogEntity(id) || !['Component', 'Resource', 'API'].includes(id.kind)) return nothing;
  const own = nodesOfEntity(view, source.key);
  if (own === undefined) return nothing;
  const found: Found = { claims: [], findings: [], facts: own.nodes.map((node) => factOf(source.resource, node)) };
  const about = (relation: string, text: string): Relation => {
    return { found, what: `${relation} ${text} of ${entityName(id)}`, path: `spec.${relation}`, source, view, options };
  };
  for (const { text, key } of relationsOf(source.resource, 'dependsOn', 'Component')) {
    connect(about('dependsOn', text), own, targetOf(view, key), {});
  }
  for (const { text, key } of relationsOf(source.resource, 'dependencyOf', 'Component')) {
    connect(about('dependencyOf', text), targetOf(view, key), own, {});
  }
  for (const { text, key } of relationsOf(source.resource, 'consumesApis', 'API')) {
    consume(about('consumesApis', text), own, key);
  }
  for (const { text, key } of relationsOf(source.resource, 'providesApis', 'API')) {
    if (key === undefined || resourceAt(view, key) === undefined) dangle(about('providesApis', text), noEntity);
  }
  return found;
}

const noEntity = 'no such entity in these catalogues';

function targetOf(view: View, key: string | undefined): EntityNodes | string {
  const nodes = key === undefined ? undefined : nodesOfEntity(view, key);
  return nodes ?? noEntity;
}

function consume(relation: Relation, own: EntityNodes, key: string | undefined): void {
  const { view } = relation;
  const api = key === undefined ? undefined : resourceAt(view, key);
  if (key === undefined || api === undefined) return dangle(relation, noEntity);
  const providers = providersOf(view, key);
  if (providers.length === 0) return dangle(relation, 'nobody in these catalogues provides it');
  const type = stringAt(api.body, 'spec', 'type') ?? '';
  const manner = protocols.get(type) ?? {};
  for (const provider of providers) connect(relation, own, targetOf(view, provider), manner);
}

interface Manner {
  readonly protocol?: string;
  readonly strength?: Strength;
}

const protocols: ReadonlyMap<string, Manner> = new Map<string, Manner>([
  ['openapi', { protocol: 'http' }],
  ['graphql', { protocol: 'http' }],
  ['grpc', { protocol: 'grpc' }],
  ['asyncapi', { strength: 'async' }],
]);

function connect(relation: Relation, from: EntityNodes | string, to: EntityNodes | string, manner: Manner): void {
  if (typeof from === 'string') return dangle(relation, from);
  if (typeof to === 'string') return dangle(relation, to);
  const targets = to.nodes.length > 0 ? to.nodes : [to.unseen?.id ?? []].flat();
  if (from.nodes.length === 0) return dangle(relation, `the one that depends is nowhere: ${from.why}`);
  if (targets.length === 0) return dangle(relation, `what it depends on is nowhere: ${to.why}`);
  for (const caller of from.nodes)
    for (const callee of targets)
      if (caller !== callee) relation.found.claims.push(claimOf(relation, caller, callee, { from, to, manner }));
}

interface Ends {
  readonly from: EntityNodes;
  readonly to: EntityNodes;
  readonly manner: Manner;
}

function claimOf(relation: Relation, caller: string, callee: string, { from, to, manner }: Ends): Claim {
  const { view } = relation;
  const unseen = to.nodes.length === 0 ? to.unseen : undefined;
  const facts = factsOf(view.landscape, callee);
  const role: NodeRole = unseen?.role ?? facts.role;
  const protocol = facts.protocol ?? manner.protocol ?? null;
  const layer = layerBetween(factsOf(view.landscape, caller).role, role, protocol, false);
  return {
    from: caller,
    to: callee,
    ...(unseen === undefined ? {} : { unseen }),
    layer: manner.strength === 'async' && layer === 'call' ? 'message' : layer,
    protocol,
    strength: manner.strength ?? (layer === 'message' ? 'async' : 'unknown'),
    confidence: Math.min(from.confidence, unseen === undefined ? to.confidence : 0.85),
    evidence: evidenceAt(relation),
  };
}

function evidenceAt({ what, path, source, options }: Relation): ReturnType<typeof evidenceOf> {
  return evidenceOf('human', what, { resource: source.resource, path, options });
}

function dangle(relation: Relation, why: string): void {
  relation.found.findings.push(findingAt(evidenceAt(relation), entityName(relation.source.resource.id), why));
}

const longest = 200;

function factOf({ id, body }: Resource, node: string): CatalogFact {
  const text = (...path: readonly string[]): string | null => {
    const said = stringAt(body, ...path)?.slice(0, longest);
    return said === undefined ? null : plainText(said);
  };
  return {
    node,
    entity: entityName(id),
    owner: shortOwner(text('spec', 'owner')),
    tier: text('metadata', 'annotations', 'mooring.dev/tier'),
    lifecycle: text('spec', 'lifecycle'),
    system: text('spec', 'system'),
  };
}

/** `group:default/shop-team` is written `shop-team`, as people do who give an owner by hand. */
function shortOwner(owner: string | null): string | null {
  return owner === null ? null : owner.replace(/^(?:group:)?(?:default\/)?/i, '');
}
