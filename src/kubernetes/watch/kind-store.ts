import type { Resource } from '../../resource/resource.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { LiveObject } from '../list/live-object.ts';
import { compareVersions, isOlder } from './compare-versions.ts';
import { isTouchedOnly } from './touched-only.ts';

/** What one event did to the store. */
export type Applied = 'changed' | 'unchanged' | 'touched' | 'outdated' | 'recreated';

/** The objects of one kind as last heard. Knows nothing of requests; every change is atomic. */
export class KindStore {
  #held = new Map<string, LiveObject>();
  readonly #isStatusNews: boolean;
  #resources: readonly Resource[] | undefined;

  /** `isStatusNews`: whether a change of the status alone is one. */
  constructor(isStatusNews = true) {
    this.#isStatusNews = isStatusNews;
  }

  get size(): number {
    return this.#held.size;
  }

  resources(): readonly Resource[] {
    this.#resources ??= Array.from(this.#held.values(), (object) => object.resource);
    return this.#resources;
  }

  get(key: string): LiveObject | undefined {
    return this.#held.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#held.keys();
  }

  ids(): readonly ResourceId[] {
    return Array.from(this.#held.values(), (object) => object.resource.id);
  }

  /** Swaps in a complete list; what is not in it is deleted. Gives the ids of all that differs from before. */
  replace(objects: readonly LiveObject[]): readonly ResourceId[] {
    const next = new Map(objects.map((object) => [object.key, object]));
    const changed: ResourceId[] = [];
    for (const [key, before] of this.#held) if (!next.has(key)) changed.push(before.resource.id);
    for (const [key, after] of next) {
      const before = this.#held.get(key);
      if (before === undefined || before.uid !== after.uid) changed.push(after.resource.id);
      else if (isWholeNow(before, after)) changed.push(after.resource.id);
      else if (before.version !== after.version && !this.#isTouched(before, after)) changed.push(after.resource.id);
    }
    this.#held = next;
    this.#resources = undefined;
    return changed;
  }

  /** An object was added or changed. An older version of the same object than the one held is refused. */
  put(object: LiveObject): Applied {
    const before = this.#held.get(object.key);
    if (before !== undefined && before.uid === object.uid) {
      const order = compareVersions(object.version, before.version);
      if (order !== undefined && order < 0) return 'outdated';
      if (order === 0) return 'unchanged';
    }
    // Another uid under the same name is another object: it was deleted and made again while nobody looked.
    const applied = before !== undefined && before.uid !== object.uid ? 'recreated' : 'changed';
    if (applied === 'recreated' && before !== undefined && isOlder(object.version, before.version)) return 'outdated';
    this.#held.set(object.key, object);
    this.#resources = undefined;
    return applied === 'changed' && before !== undefined && this.#isTouched(before, object) ? 'touched' : applied;
  }

  #isTouched(before: LiveObject, after: LiveObject): boolean {
    return !this.#isStatusNews && isTouchedOnly(before.resource.body, after.resource.body);
  }

  /** An object was deleted. The deletion of an earlier object of the same name leaves the present one alone. */
  remove(object: LiveObject): Applied {
    const before = this.#held.get(object.key);
    if (before === undefined) return 'unchanged';
    if (isOlder(object.version, before.version)) return 'outdated';
    this.#held.delete(object.key);
    this.#resources = undefined;
    return 'changed';
  }
}

/** The same object at the same version may say more than before. */
function isWholeNow(before: LiveObject, after: LiveObject): boolean {
  return before.resource.metadataOnly === true && after.resource.metadataOnly !== true;
}
