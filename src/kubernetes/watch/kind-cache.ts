import { isJsonObject, type JsonObject } from '../../resource/json.ts';
import { foldManagedFields } from '../../resource/managed-fields.ts';
import type { Resource } from '../../resource/resource.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { ServedKind } from '../discovery/served-kind.ts';
import type { ListOutcome } from '../list/list-kind.ts';
import { readLiveObject } from '../list/live-object.ts';
import type { WatchEvent } from '../stream/watch-event.ts';
import { isOlder } from './compare-versions.ts';
import { KindStore } from './kind-store.ts';
import type { KindOptions } from './reflector-options.ts';
import { outlineOf } from './stranger.ts';
import type { KindLedger } from './watched-kind.ts';

type Listed = Extract<ListOutcome, { kind: 'listed' }>;

/** Bookmarks older than what was seen, one after the other, until the server itself must have gone back. One may be a replay. */
const oldBookmarksAllowed = 1;

/** The objects of one kind and the version they are at; counts in the ledger what happens to them. */
export class KindCache {
  readonly store: KindStore;
  readonly #served: ServedKind;
  readonly #ledger: KindLedger;
  #version: string | undefined;
  /** The highest version ever seen; no list may fall behind it. */
  #floor: string;
  #oldBookmarks = 0;
  #isStartingOver = false;
  #declaredNames: ReadonlySet<string> | null;

  constructor(served: ServedKind, ledger: KindLedger, floor: string, options: KindOptions) {
    this.store = new KindStore(options.isStatusNews);
    this.#served = served;
    this.#ledger = ledger;
    this.#floor = floor;
    this.#declaredNames = options.declaredNames;
  }

  /** What is held of an object that nobody declares, or undefined when all of it is. */
  outline(body: JsonObject): JsonObject | undefined {
    return this.#declaredNames === null ? undefined : outlineOf(body, this.#declaredNames);
  }

  /** Whether an object that is declared, or that is to be held whole for another reason, is held as metadata only. */
  lacks(): boolean {
    const names = this.#declaredNames;
    return this.store
      .resources()
      .some(({ id, metadataOnly }) => metadataOnly === true && (names === null || names.has(id.name)));
  }

  /** From now on these names are those that manifests declare. */
  declare(names: ReadonlySet<string> | null): void {
    this.#declaredNames = names;
  }

  /** Where a watch may resume; undefined when only a list helps. */
  get version(): string | undefined {
    return this.#version;
  }

  get floor(): string {
    return this.#floor;
  }

  resources(): readonly Resource[] {
    return this.store.resources();
  }

  /** The stream speaks of a time before what it told already: the server's versions went back, and it may stay silent for long. */
  get isAheadOfServer(): boolean {
    return this.#oldBookmarks > oldBookmarksAllowed;
  }

  /** The version is of no use any more; the objects stay until a list replaces them. */
  forgetVersion(): void {
    this.#version = undefined;
    this.#oldBookmarks = 0;
  }

  /** The versions seen so far are no more (a restored etcd): the next list is taken as it is. */
  startOver(): void {
    this.forgetVersion();
    this.#floor = '';
    this.#isStartingOver = true;
  }

  /** Takes a complete list; undefined when it is refused because it shows an older state than was already seen. */
  takeList(list: Listed, now: Date): readonly ResourceId[] | undefined {
    if (isOlder(list.version, this.#floor)) return undefined;
    this.#version = list.version;
    this.#raiseFloor(list.version);
    this.#ledger.lastListAt = now;
    this.#ledger.bytes += list.bytes;
    this.#ledger.poisoned = list.poisoned;
    if (!this.#isStartingOver) return this.store.replace(list.objects);
    // A version may have been given twice, to different states: equal versions prove nothing this once.
    this.#isStartingOver = false;
    const before = this.store.ids();
    this.store.replace(list.objects);
    return [...before, ...this.store.ids()];
  }

  /** Applies events in order and gives the ids of the objects they changed. */
  takeEvents(events: readonly WatchEvent[], now: Date): readonly ResourceId[] {
    if (events.length > 0) this.#ledger.lastEventAt = now;
    const changed: ResourceId[] = [];
    for (const event of events) {
      if (event.kind === 'bookmark') this.#takeBookmark(event.version);
      else if (event.kind === 'object') {
        const id = this.#takeObject(event);
        if (id !== undefined) changed.push(id);
      }
    }
    return changed;
  }

  #takeBookmark(version: string): void {
    this.#oldBookmarks = isOlder(version, this.#version ?? '') ? this.#oldBookmarks + 1 : 0;
    this.#advance(version);
  }

  #takeObject(event: Extract<WatchEvent, { kind: 'object' }>): ResourceId | undefined {
    this.#ledger.events += 1;
    const { object: told } = event;
    const outline = isJsonObject(told) ? this.outline(told) : undefined;
    const held = outline ?? (isJsonObject(told) ? foldManagedFields(told) : told);
    const object = readLiveObject(held, this.#served, outline !== undefined);
    if (object === undefined) {
      this.#ledger.poisoned += 1;
      return undefined;
    }
    // Within one watch versions only grow; what is older is a replay and might raise the dead.
    if (isOlder(object.version, this.#version ?? '')) {
      this.#ledger.outdated += 1;
      return undefined;
    }
    const applied = event.change === 'DELETED' ? this.store.remove(object) : this.store.put(object);
    this.#advance(object.version);
    if (applied === 'touched') this.#ledger.touched += 1;
    if (applied === 'outdated') this.#ledger.outdated += 1;
    if (applied === 'recreated') this.#ledger.recreated += 1;
    return applied === 'changed' || applied === 'recreated' ? object.resource.id : undefined;
  }

  #advance(version: string): void {
    if (version === '' || isOlder(version, this.#version ?? '')) return;
    this.#version = version;
    this.#raiseFloor(version);
  }

  #raiseFloor(version: string): void {
    if (this.#floor === '' || isOlder(this.#floor, version)) this.#floor = version;
  }
}
