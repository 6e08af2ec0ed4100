import { formatPath } from '../../resource/field-path.ts';
import type { JsonObject } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { attribute } from '../attribute/attribute.ts';
import type { Ownership } from '../attribute/managed-fields.ts';
import type { Candidate } from '../compare/candidate.ts';
import { compareTrees } from '../compare/compare-trees.ts';
import type { PendingField } from '../drift-report.ts';
import { prepare } from '../normalise-pair.ts';
import type { SchemaCatalog } from '../schema/schema-catalog.ts';

interface PendingContext {
  readonly earlier: readonly Resource[];
  readonly live: Resource;
  readonly liveBody: JsonObject;
  readonly ownership: Ownership;
  readonly catalog: SchemaCatalog;
}

/** Where live still equals an earlier revision, Git has moved and the engine has not followed yet: unless a person put it back. */
export function separatePending(
  drift: readonly Candidate[],
  at: PendingContext,
): { drift: readonly Candidate[]; pending: PendingField[] } {
  if (drift.length === 0 || at.earlier.length === 0) return { drift, pending: [] };
  const remaining = new Map(drift.map((candidate) => [formatPath(candidate.path), candidate]));
  const pending: PendingField[] = [];
  for (const version of at.earlier) {
    const { body, type } = prepare(version, at.live.apiVersion, at.catalog);
    const differing = new Set(
      compareTrees(body, at.liveBody, type).candidates.map((candidate) => formatPath(candidate.path)),
    );
    for (const [path, candidate] of remaining) {
      if (differing.has(path) || madeByPerson(candidate, at.ownership)) continue;
      remaining.delete(path);
      pending.push({ path, desired: candidate.desired ?? null, live: candidate.live ?? null });
    }
  }
  return { drift: [...remaining.values()], pending };
}

function madeByPerson(candidate: Candidate, ownership: Ownership): boolean {
  return ['human', 'human-operational', 'suspicious'].includes(
    attribute(ownership, candidate.path, candidate.change).class,
  );
}
