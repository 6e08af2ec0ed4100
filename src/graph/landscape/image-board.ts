import type { ImageConfig, ImageState } from '../../resource/image/image-config.ts';
import type { KeyIndex } from './key-index.ts';

/** What is known of images, by the reference as pods write it, and which resources use each. */
export interface ImageBoard {
  readonly users: KeyIndex;
  readonly states: Map<string, ImageState>;
}

export function imageOf(board: ImageBoard | null, reference: string): ImageConfig | null {
  const state = board?.states.get(reference);
  return state?.kind === 'known' ? state.image : null;
}

const mostNamed = 5;

/** Which images could not be read, were not yet, or not lately, in sentences. */
export function unreadImages({ users, states }: ImageBoard): string[] {
  const failed: string[] = [];
  const stale: string[] = [];
  let waiting = 0;
  for (const reference of users.keys()) {
    const state = states.get(reference);
    if (state === undefined) waiting++;
    else if (state.kind === 'unreadable') failed.push(`${reference.slice(0, 300)}: ${state.why}`);
    else if (state.stale !== undefined)
      stale.push(`${reference.slice(0, 300)}: ${state.stale.why}, as read at ${state.stale.readAt}`);
  }
  return [
    ...(failed.length === 0 ? [] : [`${count(failed.length, 'image')} could not be read (${some(failed)})`]),
    ...(stale.length === 0 ? [] : [`${count(stale.length, 'image')} could not be read anew (${some(stale)})`]),
    ...(waiting === 0 ? [] : [`${count(waiting, 'image')} not read yet`]),
  ];
}

function some(list: readonly string[]): string {
  const named = list.toSorted().slice(0, mostNamed).join('; ');
  return list.length > mostNamed ? `${named}; and ${list.length - mostNamed} more` : named;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
