import type { Claim, TopicUse } from '../graph-shapes.ts';
import type { Ledger, Statement } from './ledger.ts';

/** More pairs than this on one topic are a bus, not a flow. */
const mostPairs = 200;

/** Notes which topics a source names. Answers with the topics whose flows must be joined anew. */
export function recordTopics(
  ledger: Ledger,
  source: string,
  before: Statement | undefined,
  now: Statement | undefined,
): string[] {
  const old = before?.topics ?? [];
  const uses = now?.topics ?? [];
  for (const use of old) ledger.topics.get(topicKey(use))?.delete(source);
  for (const [key, group] of Map.groupBy(uses, topicKey)) {
    const bySource = ledger.topics.get(key) ?? new Map<string, readonly TopicUse[]>();
    ledger.topics.set(key, bySource.set(source, group));
  }
  return [...new Set([...old, ...uses].map(topicKey))];
}

function topicKey({ broker, topic }: TopicUse): string {
  return `${broker} ${topic}`;
}

/** Source under which the flows of a topic are claimed. */
export function topicSource(key: string): string {
  return `topic ${key}`;
}

/** Who consumes a topic depends on who produces it, at leisure. Undefined when one of the sides is missing. */
export function topicStatement(ledger: Ledger, key: string): Statement | undefined {
  const uses = [...(ledger.topics.get(key)?.values() ?? [])].flat();
  if (uses.length === 0) ledger.topics.delete(key);
  const producers = uses.filter(({ side }) => side === 'produces');
  const consumers = uses.filter(({ side }) => side === 'consumes');
  const claims: Claim[] = [];
  for (const consumer of consumers) {
    for (const producer of producers) {
      if (consumer.from === producer.from || claims.length >= mostPairs) continue;
      claims.push(claimOf(consumer, producer), claimOf(consumer, producer, producer));
    }
  }
  return claims.length === 0 || claims.length >= mostPairs
    ? undefined
    : { claims, findings: [], asked: [], topics: [] };
}

function claimOf(consumer: TopicUse, producer: TopicUse, told: TopicUse = consumer): Claim {
  return {
    from: consumer.from,
    to: producer.from,
    layer: 'message',
    protocol: null,
    strength: 'async',
    confidence: 0.8,
    evidence: told.evidence,
  };
}
