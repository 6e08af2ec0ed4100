import type { Resource } from '../../resource/resource.ts';
import { type ExpandedRule, expandRules, type ImportedRule, nameOfImported } from './rules/imported-rule.ts';

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
  readonly rule?: string;
}

interface Learned {
  readonly rules: readonly ImportedRule[];
  readonly resources: readonly Resource[];
  readonly expanded: readonly ExpandedRule[];
}

/** Keeps the rules of all sources in a list that others hold, while sources are read again and again. */
export class RuleBook {
  readonly #list: AppliedRule[];
  readonly #fixed: readonly AppliedRule[];
  readonly #bySource = new Map<string, Learned>();

  /** `list` holds the rules of the configuration, which stay first. */
  constructor(list: AppliedRule[]) {
    this.#list = list;
    this.#fixed = [...list];
  }

  /** The rules of engines by name, with the object that holds each, also where they hold for nothing. */
  get imported(): ReadonlyMap<string, string> {
    const learned = [...this.#bySource.values()];
    return new Map(learned.flatMap(({ rules }) => rules.map((rule) => [nameOfImported(rule), rule.owner] as const)));
  }

  /** Takes what a source says now: its rules hold for what it declares, and for nothing else. */
  learn(source: string, rules: readonly ImportedRule[], resources: readonly Resource[]): void {
    const known = this.#bySource.get(source);
    if (rules.length === 0 && known === undefined) return;
    if (known?.rules === rules && isSameList(known.resources, resources)) return;
    this.#bySource.set(source, { rules, resources, expanded: expandRules(rules, resources) });
    this.#write();
  }

  /** Forgets every source but these. */
  keepOnly(sources: ReadonlySet<string>): void {
    const gone = [...this.#bySource.keys()].filter((source) => !sources.has(source));
    for (const source of gone) this.#bySource.delete(source);
    if (gone.length > 0) this.#write();
  }

  #write(): void {
    const expanded = [...this.#bySource.values()].flatMap((learned) => learned.expanded);
    this.#list.splice(0, this.#list.length, ...this.#fixed, ...expanded);
  }
}

function isSameList(one: readonly Resource[], other: readonly Resource[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ body, id }, index) => {
      const twin = other[index];
      return body === twin?.body && id.namespace === twin.id.namespace;
    })
  );
}
