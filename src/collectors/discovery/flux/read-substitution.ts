import { arrayAt, type JsonValue, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { Gap } from '../../../resource/snapshot.ts';
import type { Substitution } from '../discovered-source.ts';
import { discoveryGap, nameOf } from '../discovery-gap.ts';
import type { FluxSurroundings } from './flux-source.ts';

export interface SubstitutionReading {
  readonly substitution: Substitution | null;
  readonly gaps: readonly Gap[];
  /** Flux itself would fail: nothing is applied. */
  readonly refusal: Gap | null;
}

const variableName = /^[_a-zA-Z]\w*$/;

/**
 * The variables of `spec.postBuild`: those of ConfigMaps in their order, later ones win, then the ones written inline. Values of
 * Secrets are never taken: what they fill is left without a judgement.
 */
export function readSubstitution(object: Resource, around: FluxSurroundings): SubstitutionReading {
  const postBuild = objectAt(object.body, 'spec', 'postBuild');
  if (postBuild === undefined) return { substitution: null, gaps: [], refusal: null };
  const name = nameOf(object.id);
  const variables = new Map<string, string>();
  const hidden = new Set<string>();
  const gaps: Gap[] = [];
  let hidesAll = false;
  for (const reference of arrayAt(postBuild, 'substituteFrom')) {
    const [kind = '', referred = ''] = [stringAt(reference, 'kind'), stringAt(reference, 'name')];
    const held = around.find(kind, object.id.namespace, referred);
    if (held === undefined) {
      if (valueAt(reference, 'optional') === true) continue;
      const why = `${kind} ${referred}, which its postBuild takes variables from, does not exist or cannot be read`;
      return {
        substitution: null,
        gaps,
        refusal: discoveryGap(name, why, 'Create it, or mark the reference as optional'),
      };
    }
    if (kind === 'Secret') {
      const keys = secretKeys(held);
      for (const key of keys) hidden.add(key);
      hidesAll ||= keys.length === 0;
      gaps.push(
        discoveryGap(
          `variables of ${name} from Secret ${referred}`,
          'values of Secrets are not read',
          'What they fill is left undetermined',
        ),
      );
    } else take(objectAt(held.body, 'data') ?? {}, variables, hidden);
  }
  take(objectAt(postBuild, 'substitute') ?? {}, variables, hidden);
  const broken = [...variables.keys(), ...hidden].find((key) => !variableName.test(key));
  if (broken !== undefined) {
    const why = `its postBuild has a variable that Flux refuses: ${broken.slice(0, 60)}`;
    return { substitution: null, gaps, refusal: discoveryGap(name, why, 'Rename it: letters, digits and underscores') };
  }
  const always = stringAt(postBuild, 'substituteStrategy') === 'Always';
  const known = Object.fromEntries(variables);
  return { substitution: { variables: known, hidden: hidesAll ? null : [...hidden], always }, gaps, refusal: null };
}

/** The keys of a Secret, without its values: of a Secret read metadata-only the field owners still tell them. */
export function secretKeys({ body }: Resource): readonly string[] {
  const owned = arrayAt(body, 'metadata', 'managedFields').flatMap((entry) =>
    Object.keys(objectAt(entry, 'fieldsV1', 'f:data') ?? {}).flatMap((key) =>
      key.startsWith('f:') ? [key.slice(2)] : [],
    ),
  );
  return [...new Set([...Object.keys(objectAt(body, 'data') ?? {}), ...owned])];
}

/** A later variable of the same name replaces one of a Secret. */
function take(data: Readonly<Record<string, JsonValue>>, variables: Map<string, string>, hidden: Set<string>): void {
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string') continue;
    variables.set(key, value.replaceAll('\n', ''));
    hidden.delete(key);
  }
}
