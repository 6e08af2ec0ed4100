import type { ResourceId } from '../../resource/resource-id.ts';
import { explained, type Explain, type Question } from './explanation.ts';
import { patternCovers, wordMatches } from './path-pattern.ts';

/** A difference that the team accepts. Every rule has an owner, a reason and an end; patterns use `*` within a step and `**` across. */
export interface IgnoreRule {
  readonly path: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Only differences made by this field manager. */
  readonly manager?: string;
  readonly reason: string;
  readonly owner: string;
  /** RFC 3339; after it the rule no longer hides anything. */
  readonly expires: string | null;
  /** What it is called, when it is made from a rule that somebody else wrote; absent: what its content says. */
  readonly rule?: string;
}

function matchesRule(rule: IgnoreRule, id: ResourceId, path: string): boolean {
  return (
    matches(rule.name, id.name) &&
    matches(rule.kind, id.kind) &&
    matches(rule.namespace, id.namespace) &&
    patternCovers(rule.path, path)
  );
}

function matches(pattern: string | undefined, value: string): boolean {
  return pattern === undefined || wordMatches(pattern, value);
}

/** What a rule is called wherever it is told. Its whole content counts, so that a rule that changed is another one. */
export function nameOfRule(rule: IgnoreRule): string {
  if (rule.rule !== undefined) return rule.rule;
  const { path, kind = '*', namespace, name = '*', manager, reason, owner, expires } = rule;
  const place = namespace === undefined ? name : `${namespace}/${name}`;
  const by = manager === undefined ? '' : ` written by ${manager}`;
  return `${path} of ${kind} ${place}${by} (${told(reason, owner, expires)})`;
}

function told(reason: string, owner: string, expires: string | null): string {
  return `${reason}, rule of ${owner}${expires === null ? '' : `, until ${expires}`}`;
}

export function explainByRules(rules: readonly IgnoreRule[], now: string): Explain {
  return (question) => {
    for (const rule of rules) {
      if (rule.expires !== null && rule.expires <= now) continue;
      if (!matchesRule(rule, question.live.id, question.text)) continue;
      if (rule.manager !== undefined && !isMadeBy(rule.manager, question)) continue;
      const reason = `${rule.reason} (rule of ${rule.owner}${rule.expires === null ? '' : `, until ${rule.expires}`})`;
      return { ...explained('rule', reason), rule: nameOfRule(rule) };
    }
    return null;
  };
}

/** What nobody owns, a removed field above all, was made by nobody in particular: trusting one manager says nothing of it. */
function isMadeBy(manager: string, question: Question): boolean {
  const suspects = question.suspects();
  return suspects.length > 0 && suspects.every((suspect) => suspect.entry.manager === manager);
}

/** Rules that would hide this difference if they had not expired. */
export function expiredRuleFor(
  rules: readonly IgnoreRule[],
  now: string,
  id: ResourceId,
  path: string,
): IgnoreRule | undefined {
  return rules.find((rule) => rule.expires !== null && rule.expires <= now && matchesRule(rule, id, path));
}
