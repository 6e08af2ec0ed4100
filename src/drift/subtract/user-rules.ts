import type { ResourceId } from '../../resource/resource-id.ts';
import { explained, type Explain, type Question } from './explanation.ts';

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
}

function matchesRule(rule: IgnoreRule, id: ResourceId, path: string): boolean {
  return (
    matches(rule.kind, id.kind) &&
    matches(rule.namespace, id.namespace) &&
    matches(rule.name, id.name) &&
    matchesPath(rule.path, path)
  );
}

function matches(pattern: string | undefined, value: string): boolean {
  return pattern === undefined || globMatches(pattern, value, () => true);
}

/** A rule for a path holds for everything below it. */
function matchesPath(pattern: string, path: string): boolean {
  if (globMatches(pattern, path, (character) => character !== '.')) return true;
  for (let end = path.length - 1; end > 0; end--) {
    const next = path[end];
    if ((next === '.' || next === '[') && globMatches(pattern, path.slice(0, end), (character) => character !== '.'))
      return true;
  }
  return false;
}

/** Linear-time glob: no regular expression is made from what a user wrote. */
function globMatches(pattern: string, text: string, mayCross: (character: string) => boolean): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  let crossing = true;
  while (t < text.length) {
    if (pattern[p] === '*') {
      crossing = pattern[p + 1] === '*';
      p += crossing ? 2 : 1;
      star = p;
      mark = t;
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0 && (crossing || mayCross(text[mark] ?? ''))) {
      p = star;
      mark++;
      t = mark;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

export function explainByRules(rules: readonly IgnoreRule[], now: string): Explain {
  return (question) => {
    for (const rule of rules) {
      if (rule.expires !== null && rule.expires <= now) continue;
      if (!matchesRule(rule, question.live.id, question.text)) continue;
      if (rule.manager !== undefined && !isMadeBy(rule.manager, question)) continue;
      return explained(
        'rule',
        `${rule.reason} (rule of ${rule.owner}${rule.expires === null ? '' : `, until ${rule.expires}`})`,
      );
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
