import { wordsOf } from '../../addresses/key-meaning.ts';
import type { TopicUse } from '../../graph-shapes.ts';
import { evidenceOf, type EvidenceOptions } from '../evidence.ts';
import type { DeclaredSetting } from './declared-setting.ts';

const topicWords: ReadonlySet<string> = new Set('topic topics queue queues exchange stream channel subject'.split(' '));
const producing: ReadonlySet<string> = new Set(
  'produce producer produces producing publish publisher publishes output out outbound outgoing sink send sender emit write'.split(
    ' ',
  ),
);
const consuming: ReadonlySet<string> = new Set(
  'consume consumer consumes consuming subscribe subscriber subscription input in inbound incoming source receive receiver listen listener read'.split(
    ' ',
  ),
);
const mostTopics = 50;

/**
 * Topics and queues that settings name together with a side: `ORDERS_PRODUCER_TOPIC=orders`, `bindings.orders-in-0.destination=orders`. A name
 * whose side is not told is left alone, and so is one that could be another broker's.
 */
export function topicUses(
  settings: readonly DeclaredSetting[],
  { from, broker, options }: { readonly from: string; readonly broker: string; readonly options: EvidenceOptions },
): TopicUse[] {
  const uses: TopicUse[] = [];
  for (const setting of settings) {
    const side = sideOf(setting.key);
    if (side === null) continue;
    for (const topic of setting.value.slice(0, 5_000).split(/[\s,;]+/)) {
      if (!/^[A-Za-z][\w.-]{0,200}$/.test(topic) || uses.length >= mostTopics) continue;
      const what = [setting.what, ' = ', topic].join('');
      uses.push({
        broker,
        topic,
        side,
        from,
        evidence: evidenceOf('declared', what, { resource: setting.source, path: setting.path, options }),
      });
    }
  }
  return uses;
}

function sideOf(key: string): TopicUse['side'] | null {
  const words = wordsOf(key);
  const end = words.slice(-2);
  const isTopic =
    end.some((word) => topicWords.has(word)) || (end.includes('destination') && words.includes('bindings'));
  if (!isTopic) return null;
  const produces = words.some((word) => producing.has(word));
  const consumes = words.some((word) => consuming.has(word));
  if (produces === consumes) return null;
  return produces ? 'produces' : 'consumes';
}
