import type { ConfigFile } from './config-file.ts';
import type { ConfigProblem } from './config-problem.ts';
import type { Config } from './config-schema.ts';

type Rule = Config['rules'][number];
type Key = 'path' | 'kind' | 'namespace' | 'name' | 'expires';

interface Objection {
  readonly key: Key;
  readonly reason: string;
  readonly remedy: string;
}

/**
 * Rules that are well written and can never match anything. They are no reason not to start: what they do not hide is reported.
 * `now` is RFC 3339 in UTC.
 */
export function ruleWarnings(rules: readonly Rule[], now: string, file: ConfigFile | null): readonly ConfigProblem[] {
  return rules.flatMap((rule, index) =>
    objections(rule, now).map(({ key, reason, remedy }) => ({
      path: `rules[${index}].${key}`,
      line: file?.lineOf(['rules', index, key]) ?? null,
      value: JSON.stringify(rule[key] ?? null),
      reason,
      remedy,
    })),
  );
}

function objections(rule: Rule, now: string): readonly Objection[] {
  return [...expiry(rule, now), ...pathShape(rule.path), ...nameShapes(rule)];
}

function expiry({ expires }: Rule, now: string): readonly Objection[] {
  if (expires === undefined || expires > now) return [];
  return [
    {
      key: 'expires',
      reason: 'it has expired and hides nothing any more',
      remedy: 'Remove it, or give it another end',
    },
  ];
}

/** What never stands in a report: the server's own fields, and the status. */
const neverCompared =
  /^(?:status|metadata\.(?:uid|resourceVersion|generation|creationTimestamp|managedFields|selfLink))(?:$|[.[])/;

function pathShape(path: string): readonly Objection[] {
  const never = (reason: string, remedy: string): readonly Objection[] => [{ key: 'path', reason, remedy }];
  if (path.startsWith('/')) {
    const dotted = path.slice(1).replaceAll('/', '.');
    return never('it is a JSON pointer, and paths of reports are dotted', `Write it like ${dotted}`);
  }
  if (/^\$|^\./.test(path))
    return never('no path of a report begins so', `Write it like ${path.replace(/^\$?\.?/, '')}`);
  if (/\.$|\.\.(?!\.)/.test(withoutQuoted(path))) {
    return never('a step of it is empty', 'Write it as reports print it');
  }
  if (!isBalanced(path)) return never('a bracket or a quote is not closed', 'Write it as reports print it');
  if (neverCompared.test(path)) return never('this field is never compared', 'Remove the rule');
  return [];
}

function withoutQuoted(path: string): string {
  return path.replaceAll(/"[^"]*"/g, 'x').replaceAll(/\[[^\]]*\]/g, '');
}

function isBalanced(path: string): boolean {
  const plain = path.replaceAll(/"[^"]*"/g, '');
  if (plain.includes('"')) return false;
  return !/[[\]]/.test(plain.replaceAll(/\[[^[\]]*\]/g, ''));
}

function nameShapes({ kind, namespace, name }: Rule): readonly Objection[] {
  const found: Objection[] = [];
  if (kind !== undefined && !/^[A-Z*][A-Za-z0-9*]*$/.test(kind)) {
    found.push({
      key: 'kind',
      reason: 'no kind is written so',
      remedy: 'Write it as manifests do, without its group: Deployment',
    });
  }
  if (namespace !== undefined && !/^[a-z0-9*](?:[-a-z0-9*]*[a-z0-9*])?$/.test(namespace)) {
    found.push({
      key: 'namespace',
      reason: 'no namespace can have this name',
      remedy: 'Write its name alone; * stands for any characters',
    });
  }
  if (name !== undefined && /[\s/]/.test(name)) {
    found.push({
      key: 'name',
      reason: 'no object can have this name',
      remedy: 'Write its name alone; the kind and the namespace have keys of their own',
    });
  }
  return found;
}
