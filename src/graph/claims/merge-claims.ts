import { compareText } from '../compare-text.ts';
import { type Claim, type Evidence, type GraphEdge, strengths, type Strength } from '../graph-shapes.ts';

const mostEvidence = 20;

/** Claims of one pair of nodes and one layer as one edge. Independent evidence adds confidence; the strongest claim names the protocol. */
export function mergeClaims(
  claims: readonly Claim[],
  knownSince: string | undefined,
  now: string,
): GraphEdge | undefined {
  const [best] = claims.toSorted(
    (one, other) => other.confidence - one.confidence || compareEvidence(one.evidence, other.evidence),
  );
  if (best === undefined) return undefined;
  const evidence = unique(claims.map((claim) => claim.evidence));
  return {
    from: best.from,
    to: best.to,
    layer: best.layer,
    protocol: best.protocol ?? claims.find(({ protocol }) => protocol !== null)?.protocol ?? null,
    strength: strengthOf(claims),
    confidence: combined(claims),
    share: claims.find(({ share }) => share !== undefined)?.share ?? null,
    evidence: evidence.slice(0, mostEvidence),
    firstSeen: firstSeenOf(claims, knownSince, now),
    lastSeen: lastSeenOf(claims, now),
  };
}

/** Traffic tells since when it is seen, which may be before the graph was built. */
function firstSeenOf(claims: readonly Claim[], knownSince: string | undefined, now: string): string {
  const times = claims.map(({ firstSeen }) => firstSeen ?? knownSince ?? now);
  return [...times, ...(knownSince === undefined ? [] : [knownSince])].reduce((one, other) =>
    other < one ? other : one,
  );
}

/** What a manifest says is seen as late as the manifests are read; traffic as late as it flowed. */
function lastSeenOf(claims: readonly Claim[], now: string): string {
  const seen = claims.map(({ seenAt }) => seenAt);
  if (seen.some((at) => at === undefined)) return now;
  return seen.reduce<string>((latest, at) => (at !== undefined && at > latest ? at : latest), '');
}

/** What a person says counts first; then hard before soft before async, because a caller that cannot live without is the news. */
function strengthOf(claims: readonly Claim[]): Strength {
  const said = claims.filter(({ strength }) => strength !== 'unknown');
  const human = said.filter(({ evidence }) => evidence.kind === 'human');
  const pool = human.length > 0 ? human : said;
  return strengths.find((strength) => pool.some((claim) => claim.strength === strength)) ?? 'unknown';
}

/** Different kinds of evidence are independent, repetitions of one kind are not: each kind counts with its best claim. */
function combined(claims: readonly Claim[]): number {
  const byKind = new Map<string, number>();
  for (const { evidence, confidence } of claims)
    byKind.set(evidence.kind, Math.max(byKind.get(evidence.kind) ?? 0, confidence));
  let doubt = 1;
  for (const confidence of byKind.values()) doubt *= 1 - confidence;
  return Math.round((1 - doubt) * 1000) / 1000;
}

/** Lines cost a look into the file, so they are asked for only where two pieces say the same of one file. */
function unique(list: readonly Evidence[]): Evidence[] {
  const alike = Map.groupBy(list, ({ kind, what, file }) => `${kind}|${what}|${file}`);
  const kept = [...alike.values()].flatMap((group) =>
    group.length === 1 ? group : [...new Map(group.map((evidence) => [evidence.line, evidence])).values()],
  );
  return kept.toSorted(compareEvidence);
}

function compareEvidence(one: Evidence, other: Evidence): number {
  return (
    compareText(one.kind, other.kind) ||
    compareText(one.file ?? '', other.file ?? '') ||
    compareText(one.what, other.what) ||
    (one.line ?? 0) - (other.line ?? 0)
  );
}
