import type { SeverityRule } from './judgement.ts';
import { declaredTier } from './rules/declared-tier.ts';
import { dependantsBreak } from './rules/dependants-break.ts';
import { entryPointReached } from './rules/entry-point-reached.ts';
import { manyFields } from './rules/many-fields.ts';
import { platformNamespace } from './rules/platform-namespace.ts';
import { suspiciousActor } from './rules/suspicious-actor.ts';
import { worstField } from './rules/worst-field.ts';

/** The policy on one screen, in the order in which reasons are printed. */
export const severityRules: readonly SeverityRule[] = [
  worstField,
  manyFields,
  suspiciousActor,
  platformNamespace,
  dependantsBreak,
  entryPointReached,
  declaredTier,
];
