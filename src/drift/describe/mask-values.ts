import type { JsonValue } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { maskSecret } from '../../resource/secret-mask.ts';
import type { Difference, PendingField, Suppression } from '../drift-report.ts';

interface Masker {
  readonly difference: (difference: Difference) => Difference;
  readonly suppression: (suppression: Suppression) => Suppression;
  readonly pending: (pending: PendingField) => PendingField;
}

/** Values of Secrets leave this function masked, on every list. */
export function maskerFor(live: Resource): Masker {
  const isSecret = live.id.kind === 'Secret' && live.id.group === '';
  const mask = <T extends { path: string; desired: JsonValue | null; live: JsonValue | null }>(entry: T): T =>
    isSecret && !entry.path.startsWith('metadata.labels') && entry.path !== 'type' && entry.path !== 'immutable'
      ? {
          ...entry,
          desired: entry.desired === null ? null : maskSecret(entry.desired),
          live: entry.live === null ? null : maskSecret(entry.live),
        }
      : entry;
  return { difference: mask, suppression: mask, pending: mask };
}
