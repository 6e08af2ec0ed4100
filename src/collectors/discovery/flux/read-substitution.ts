import { arrayAt, type JsonObject, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import { managedFieldsOf } from '../../../resource/managed-fields.ts';
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
  const found = new Variables();
  const gaps: Gap[] = [];
  for (const reference of arrayAt(postBuild, 'substituteFrom')) {
    const [kind = '', referred = ''] = [stringAt(reference, 'kind'), stringAt(reference, 'name')];
    const held = around.find(kind, object.id.namespace, referred);
    if (kind === 'Secret' && (held !== undefined || around.isUnread(kind))) {
      found.hide(held === undefined ? [] : secretKeys(held));
      gaps.push(hiddenGap(name, referred));
    } else if (held !== undefined) found.take(objectAt(held.body, 'data') ?? {});
    else if (valueAt(reference, 'optional') !== true)
      return refused(
        name,
        `${kind} ${referred}, which its postBuild takes variables from, does not exist or cannot be read`,
        'Create it, or mark the reference as optional',
      );
  }
  found.take(objectAt(postBuild, 'substitute') ?? {});
  const broken = found.names.find((key) => !variableName.test(key));
  if (broken !== undefined) {
    return refused(
      name,
      `its postBuild has a variable that Flux refuses: ${broken.slice(0, 60)}`,
      'Rename it: letters, digits and underscores',
    );
  }
  const always = stringAt(postBuild, 'substituteStrategy') === 'Always';
  return { substitution: { ...found.result(), always }, gaps, refusal: null };
}

function refused(name: string, why: string, remedy: string): SubstitutionReading {
  return { substitution: null, gaps: [], refusal: discoveryGap(name, why, remedy) };
}

function hiddenGap(name: string, secret: string): Gap {
  const what = `variables of ${name} from Secret ${secret}`;
  return discoveryGap(what, 'values of Secrets are not read', 'What they fill is left undetermined');
}

class Variables {
  readonly #known = new Map<string, string>();
  readonly #hidden = new Set<string>();
  #hidesAny = false;

  get names(): readonly string[] {
    return [...this.#known.keys(), ...this.#hidden];
  }

  /** A later variable of the same name replaces one of a Secret. */
  take(data: JsonObject): void {
    for (const [key, value] of Object.entries(data)) {
      if (typeof value !== 'string') continue;
      this.#known.set(key, value.replaceAll('\n', ''));
      this.#hidden.delete(key);
    }
  }

  /** The names in a Secret; none at all when nobody tells them, and then every unknown variable may be one. */
  hide(keys: readonly string[]): void {
    for (const key of keys) this.#hidden.add(key);
    this.#hidesAny ||= keys.length === 0;
  }

  result(): Pick<Substitution, 'variables' | 'hidden'> {
    return { variables: Object.fromEntries(this.#known), hidden: this.#hidesAny ? null : [...this.#hidden] };
  }
}

/** The keys of a Secret, without its values: of a Secret read metadata-only the field owners still tell them. */
export function secretKeys({ body }: Resource): readonly string[] {
  const owned = managedFieldsOf(body).flatMap((entry) =>
    Object.keys(objectAt(entry, 'fieldsV1', 'f:data') ?? {}).flatMap((key) =>
      key.startsWith('f:') ? [key.slice(2)] : [],
    ),
  );
  return [...new Set([...Object.keys(objectAt(body, 'data') ?? {}), ...owned])];
}
