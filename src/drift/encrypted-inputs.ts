import { type JsonValue, objectAt } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import { isCiphertext } from '../resource/sops.ts';
import type { Candidate } from './compare/candidate.ts';

/** Of a Secret that is not there under the name that Git gives it. */
export const unknownName =
  'it is generated from a file that SOPS encrypted: its name follows the decrypted content, and Mooring holds no key';

/**
 * Secrets that are generated from files or variables that SOPS encrypted, as Flux decrypts them before it renders. What Mooring renders
 * without the key has another content than what is live, and often another name, since a generated name ends in a hash of the content.
 */
export class EncryptedInputs {
  readonly #names = new Set<string>();
  readonly #bases = new Set<string>();

  /** Takes a declared resource into account. */
  declare({ id, body }: Resource): void {
    if (!isCoreSecret(id) || !Object.values(objectAt(body, 'data') ?? {}).some(isEncryptedInput)) return;
    this.#names.add(`${id.namespace}/${id.name}`);
    const base = withoutHash(id.name);
    if (base !== undefined) this.#bases.add(`${id.namespace}/${base}`);
  }

  /** Whether the name of a declared resource is one that only the decrypted content could tell. */
  hasUnknownName({ id }: Resource): boolean {
    return this.#holds(id) && withoutHash(id.name) !== undefined;
  }

  /** Whether a live Secret may be what an encrypted one became. */
  isDecrypted({ id }: Resource): boolean {
    const base = isCoreSecret(id) ? withoutHash(id.name) : undefined;
    return base !== undefined && this.#bases.has(`${id.namespace}/${base}`);
  }

  /** Whether a difference is that between the encrypted and the decrypted: of a value, of SOPS's own variables, or of a name. */
  explains({ change, path, desired, live }: Candidate, { id }: Resource): boolean {
    if (this.#names.size === 0) return false;
    if (this.#holds(id)) {
      const last = path.at(-1);
      const isOfSops = last?.kind === 'field' && last.name.startsWith('sops_');
      return change === 'changed' ? isEncryptedInput(desired) : change === 'removed' && isOfSops;
    }
    return change === 'changed' && this.#isSameBut(desired, live, id.namespace);
  }

  #holds(id: ResourceId): boolean {
    return isCoreSecret(id) && this.#names.has(`${id.namespace}/${id.name}`);
  }

  #isSameBut(desired: JsonValue | undefined, live: JsonValue | undefined, namespace: string): boolean {
    if (typeof desired !== 'string' || typeof live !== 'string' || !this.#names.has(`${namespace}/${desired}`))
      return false;
    const base = withoutHash(desired);
    return base !== undefined && base === withoutHash(live) && this.#bases.has(`${namespace}/${base}`);
  }
}

/** Kustomize writes its hashes with these letters alone. */
const hash = /^(.+)-[2456789bcdfghkmt]{10}$/;

function withoutHash(name: string): string | undefined {
  return hash.exec(name)?.[1];
}

function isCoreSecret({ group, kind }: ResourceId): boolean {
  return group === '' && kind === 'Secret';
}

/** A value of a Secret, in Base64, that is a ciphertext or a whole file that SOPS encrypted. */
function isEncryptedInput(value: JsonValue | undefined): boolean {
  if (typeof value !== 'string' || value.length < 32) return false;
  const text = decoded(value);
  if (isCiphertext(text)) return true;
  return text.includes('ENC[AES256_GCM,') && /^sops(?::|_mac=)|^\[sops\]|"sops"\s*:\s*\{/m.test(text);
}

function decoded(value: string): string {
  try {
    return atob(value);
  } catch {
    return '';
  }
}
