import { arrayAt, formatJson, type JsonObject, type JsonValue, objectAt, stringAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import { matchesSelector } from '../../../resource/label-selector.ts';
import { compilePattern, type LinearPattern } from '../../../resource/linear-pattern.ts';
import type { ImportedRule } from './imported-rule.ts';
import { parseJsonPointer } from './json-pointer.ts';

export interface ReadRules {
  readonly rules: readonly ImportedRule[];
  /** What was not understood, and is therefore not applied. */
  readonly problems: readonly string[];
}

/** `spec.driftDetection.ignore` of a HelmRelease and `spec.ignore` of a Kustomization: JSON pointers with a target. */
export function readFluxIgnore(entries: readonly JsonValue[], owner: string): ReadRules {
  const rules: ImportedRule[] = [];
  const problems: string[] = [];
  for (const entry of entries) {
    const target = objectAt(entry, 'target') ?? {};
    const selects = fluxSelector(target);
    for (const pointer of arrayAt(entry, 'paths')) {
      const text = typeof pointer === 'string' ? pointer : JSON.stringify(pointer);
      const path = parseJsonPointer(text);
      if (path === undefined || selects === undefined) problems.push(text.slice(0, 120));
      else rules.push({ selects, where: formatJson(target), path, manager: null, reason: `ignores ${text}`, owner });
    }
  }
  return { rules, problems };
}

/** A selector of Kustomize: group, version, kind, namespace and name are anchored regular expressions; absent: every. */
export function fluxSelector(target: JsonObject): ((resource: Resource) => boolean) | undefined {
  const patterns = ['group', 'version', 'kind', 'namespace', 'name'].map((key) =>
    anchored(stringAt(target, key) ?? ''),
  );
  if (!patterns.every((pattern) => pattern !== undefined)) return undefined;
  const [labels, annotations] = ['labelSelector', 'annotationSelector'].map((key) => stringAt(target, key) ?? '');
  return ({ id, apiVersion, body }) => {
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    const values = [id.group, version, id.kind, id.namespace, id.name];
    return (
      patterns.every((pattern, index) => pattern === null || pattern.test(values[index] ?? '')) &&
      matchesSelector(labels ?? '', objectAt(body, 'metadata', 'labels') ?? {}) &&
      matchesSelector(annotations ?? '', objectAt(body, 'metadata', 'annotations') ?? {})
    );
  };
}

/** Null for "every"; undefined for an expression that is not understood. */
function anchored(pattern: string): LinearPattern | null | undefined {
  return pattern === '' ? null : compilePattern(`^(?:${pattern})$`);
}
