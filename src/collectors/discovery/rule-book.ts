import type { Resource } from '../../resource/resource.ts';
import { type ExpandedRule, expandRules, type ImportedRule } from './rules/imported-rule.ts';

/** A rule as it is applied, whether the configuration says it or an engine. */
export interface AppliedRule {
  readonly path: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly manager?: string;
  readonly reason: string;
  readonly owner: string;
  readonly expires: string | null;
}

/** Keeps the rules of all sources in a list that others hold, while sources are read again and again. */
export class RuleBook {
  readonly #list: AppliedRule[];
  readonly #fixed: readonly AppliedRule[];
  readonly #bySource = new Map<string, readonly ExpandedRule[]>();

  /** `list` holds the rules of the configuration, which stay first. */
  constructor(list: AppliedRule[]) {
    this.#list = list;
    this.#fixed = [...list];
  }

  /** Takes what a source says now: its rules hold for what it declares, and for nothing else. */
  learn(source: string, rules: readonly ImportedRule[], resources: readonly Resource[]): void {
    if (rules.length === 0) return;
    this.#bySource.set(source, expandRules(rules, resources));
    this.#list.splice(0, this.#list.length, ...this.#fixed, ...[...this.#bySource.values()].flat());
  }
}
