import { isJsonArray, isJsonObject, type JsonValue } from '../../resource/json.ts';
import { explained, type Explain } from './explanation.ts';

/** Taints by which the cluster itself says what state a node is in; who else sets one is undone. */
const conditionTaint = /^node\.(?:cloudprovider\.)?kubernetes\.io\//;

/**
 * A node's taints are one atomic list, which belongs as a whole to whoever wrote it last: a person's taint and those of the
 * controllers look alike in the record. Their keys tell them apart.
 */
export const explainNodeTaint: Explain = ({ text, candidate, live }) => {
  if (live.id.kind !== 'Node' || candidate.change !== 'added' || !/^spec\.taints(?:\[\d+\])?$/.test(text)) return null;
  const taints: readonly JsonValue[] = isJsonArray(candidate.live) ? candidate.live : [candidate.live ?? null];
  return taints.every(isConditionTaint) ? explained('controller', 'state of the node, as a taint') : null;
};

function isConditionTaint(taint: JsonValue): boolean {
  return isJsonObject(taint) && typeof taint['key'] === 'string' && conditionTaint.test(taint['key']);
}
