import type { ResourceId } from '../../../resource/resource-id.ts';
import type { Resource } from '../../../resource/resource.ts';
import { fieldPatterns, type RulePath } from './rule-path.ts';

/** A rule of an engine, as it stands there: which of its objects it holds for, and which field. */
export interface ImportedRule {
  readonly selects: (resource: Resource) => boolean;
  /** What `selects` goes by, so that two discoveries can be compared as text. */
  readonly where: string;
  readonly path: RulePath;
  /** Only what this field manager wrote. */
  readonly manager: string | null;
  /** What the rule says, in the engine's words. */
  readonly reason: string;
  /** The engine object that holds it. */
  readonly owner: string;
}

/** Like a rule of the configuration; `path` is a pattern over the paths of reports. */
export interface ExpandedRule {
  readonly path: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly manager?: string;
  readonly reason: string;
  readonly owner: string;
  readonly expires: null;
  /** The rule it is made from (`nameOfImported`). */
  readonly rule: string;
}

/** What a rule of an engine is called: the object that holds it, which objects it is for, and what it says of them. */
export function nameOfImported({ owner, where, reason }: ImportedRule): string {
  return `${reason} of ${where} (${owner})`;
}

/**
 * The rules of a source as rules for its own objects, one object and one path each: a rule that an engine object brings must not
 * hide anything of another source. `resources` have their namespaces.
 */
export function expandRules(rules: readonly ImportedRule[], resources: readonly Resource[]): readonly ExpandedRule[] {
  const expanded = new Map<string, ExpandedRule>();
  for (const resource of resources) {
    const applying = rules.filter((rule) => rule.selects(resource));
    if (applying.length === 0) continue;
    for (const rule of applying) {
      for (const path of fieldPatterns(rule.path, resource.body)) {
        const made = ruleFor(rule, resource.id, path);
        expanded.set(JSON.stringify([made.kind, made.namespace, made.name, path, rule.manager]), made);
      }
    }
  }
  return [...expanded.values()];
}

function ruleFor(rule: ImportedRule, { kind, namespace, name }: ResourceId, path: string): ExpandedRule {
  const manager = rule.manager === null ? {} : { manager: rule.manager };
  const { reason, owner } = rule;
  return { path, kind, namespace, name, ...manager, reason, owner, expires: null, rule: nameOfImported(rule) };
}
