import { arrayAt, type JsonValue, objectAt, stringAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import { readYamlDocument, YamlProblem } from '../../kubernetes-yaml.ts';
import { matchesGlob } from '../glob.ts';
import type { ReadRules } from '../rules/flux-ignore.ts';
import type { ImportedRule } from '../rules/imported-rule.ts';
import { parseJqPath } from '../rules/jq-path.ts';
import { parseJsonPointer } from '../rules/json-pointer.ts';

interface Selector {
  readonly selects: (resource: Resource) => boolean;
  readonly where: string;
}

const anyPart = { separator: null } as const;

/** `spec.ignoreDifferences` of an Application. */
export function readIgnoreDifferences(entries: readonly JsonValue[], owner: string): ReadRules {
  return mergeRules(
    entries.map((entry) => {
      const [group = '', kind = '', name = '', namespace = ''] = ['group', 'kind', 'name', 'namespace'].map((key) =>
        stringAt(entry, key),
      );
      const selects: Selector['selects'] = ({ id }) =>
        matchesGlob(group, id.group, anyPart) &&
        matchesGlob(kind, id.kind, anyPart) &&
        (name === '' || name === id.name) &&
        (namespace === '' || namespace === id.namespace);
      return readFields(entry, { selects, where: JSON.stringify([group, kind, name, namespace]) }, owner);
    }),
  );
}

const systemKey = /^resource\.customizations\.ignoreDifferences\.(.+)$/;

/** The rules of the whole installation, from the data of `argocd-cm`; the newer key per kind and the older single one. */
export function readSystemRules(data: Readonly<Record<string, JsonValue>>, owner: string): ReadRules {
  const found: ReadRules[] = [];
  for (const [key, text] of Object.entries(data)) {
    const kind = systemKey.exec(key)?.[1];
    if (kind === undefined || typeof text !== 'string') continue;
    found.push(readNested(text, kind, owner));
  }
  const older = data['resource.customizations'];
  if (typeof older === 'string') {
    const customizations = Object.entries(objectAt({ of: readYaml(older) ?? null }, 'of') ?? {});
    for (const [kind, customization] of customizations) {
      const text = stringAt(customization, 'ignoreDifferences');
      if (text !== undefined) found.push(readNested(text, kind.replaceAll('/', '_'), owner));
    }
  }
  return mergeRules(found);
}

/** `GROUP_KIND`, `KIND` of the core group, or `all`. */
function readNested(text: string, key: string, owner: string): ReadRules {
  const entry = readYaml(text);
  if (entry === undefined) return { rules: [], problems: [`ignoreDifferences of ${key}`] };
  return readFields(entry, { selects: selectorOfKey(key), where: key }, owner);
}

function selectorOfKey(key: string): Selector['selects'] {
  if (key === 'all' || key === '*_*') return () => true;
  const [first = '', second] = key.split('_');
  const [group, kind] = second === undefined ? ['', first] : [first, second];
  return ({ id }) => matchesGlob(group, id.group, anyPart) && matchesGlob(kind, id.kind, anyPart);
}

function readFields(entry: JsonValue, selector: Selector, owner: string): ReadRules {
  const rules: ImportedRule[] = [];
  const problems: string[] = [];
  const add = (expressions: readonly JsonValue[], parse: typeof parseJsonPointer): void => {
    for (const expression of expressions) {
      const text = typeof expression === 'string' ? expression : JSON.stringify(expression);
      const path = parse(text);
      if (path === undefined) problems.push(text.slice(0, 160));
      else rules.push({ ...selector, path, manager: null, reason: `ignores ${text}`, owner });
    }
  };
  add(arrayAt(entry, 'jsonPointers'), parseJsonPointer);
  add(arrayAt(entry, 'jqPathExpressions'), parseJqPath);
  for (const manager of arrayAt(entry, 'managedFieldsManagers')) {
    if (typeof manager !== 'string' || manager === '') continue;
    rules.push({
      ...selector,
      path: { kind: 'everything' },
      manager,
      reason: `trusts the field manager ${manager}`,
      owner,
    });
  }
  return { rules, problems };
}

function mergeRules(read: readonly ReadRules[]): ReadRules {
  return { rules: read.flatMap(({ rules }) => rules), problems: read.flatMap(({ problems }) => problems) };
}

function readYaml(text: string): JsonValue | undefined {
  try {
    return readYamlDocument(text, true);
  } catch (error) {
    if (error instanceof YamlProblem) return undefined;
    throw error;
  }
}
