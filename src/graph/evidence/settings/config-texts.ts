import { objectAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import { textMap } from '../../landscape/workload.ts';
import type { EvidenceOptions } from '../evidence.ts';

/** Texts of a ConfigMap by key; of a Secret only when reading them is switched on, decoded. */
export function configTexts(source: Resource, options: EvidenceOptions): ReadonlyMap<string, string> {
  const data = textMap(objectAt(source.body, 'data'));
  if (source.id.kind !== 'Secret') return data;
  if (!options.readSecrets) return new Map();
  const decoded = [...data].flatMap(([key, value]) => {
    const text = decodeBase64(value);
    return text === undefined ? [] : [[key, text] as const];
  });
  return new Map([...decoded, ...textMap(objectAt(source.body, 'stringData'))]);
}

function decodeBase64(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}
