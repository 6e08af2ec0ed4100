import { arrayAt, stringAt } from '../../resource/json.ts';
import type { Workload } from './workload.ts';

/** Tiers that the words of OpenTelemetry's `service.criticality` stand for, the most important first. */
const tiers: ReadonlyMap<string, string> = new Map([
  ['critical', '1'],
  ['high', '2'],
  ['medium', '3'],
  ['low', '4'],
]);

/**
 * The tier that somebody declared: the annotation `tier`, else `criticality`, else `service.criticality` among the resource attributes that a
 * container gives OpenTelemetry. `annotation` reads `mooring.dev/…`. Null when nobody did.
 */
export function tierOf(annotation: (name: string) => string | null, workloads: readonly Workload[]): string | null {
  const tier = annotation('tier');
  if (tier !== null) return tier;
  const word = annotation('criticality') ?? workloads.flatMap((workload) => attributeOf(workload) ?? [])[0];
  return tiers.get(word?.trim().toLowerCase() ?? '') ?? null;
}

/** What is wrong with a criticality that somebody wrote; null when nothing is. The words are not repeated. */
export function criticalityProblem(word: string): string | null {
  return tiers.has(word.trim().toLowerCase()) ? null : `what it says is none of ${[...tiers.keys()].join(', ')}`;
}

function attributeOf({ containers }: Workload): string | undefined {
  for (const { body } of containers) {
    for (const variable of arrayAt(body, 'env')) {
      if (stringAt(variable, 'name') !== 'OTEL_RESOURCE_ATTRIBUTES') continue;
      const pairs = (stringAt(variable, 'value') ?? '').split(',');
      const pair = pairs.find((each) => each.trim().startsWith('service.criticality='));
      if (pair !== undefined) return pair.slice(pair.indexOf('=') + 1);
    }
  }
  return undefined;
}
