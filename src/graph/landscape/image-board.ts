import type { ImageConfig, ImageState } from '../../resource/image/image-config.ts';
import type { KeyIndex } from './key-index.ts';

/** What is known of images, by the reference as pods write it, and which resources use each. */
export interface ImageBoard {
  readonly users: KeyIndex;
  readonly states: Map<string, ImageState>;
}

export function createImageBoard(): ImageBoard {
  return { users: new Map(), states: new Map() };
}

export function imageOf(board: ImageBoard | null, reference: string): ImageConfig | null {
  const state = board?.states.get(reference);
  return state?.kind === 'known' ? state.image : null;
}

/** Forgets what nobody uses any more. */
export function pruneBoard(board: ImageBoard): void {
  for (const reference of board.states.keys()) if (!board.users.has(reference)) board.states.delete(reference);
}

const mostNamed = 5;

/** Which images could not be read, or were not yet, in sentences. */
export function unreadImages({ users, states }: ImageBoard): string[] {
  const failed: string[] = [];
  let waiting = 0;
  for (const reference of users.keys()) {
    const state = states.get(reference);
    if (state === undefined) waiting++;
    else if (state.kind === 'unreadable') failed.push(`${reference.slice(0, 300)}: ${state.why}`);
  }
  const named = failed.toSorted().slice(0, mostNamed).join('; ');
  const more = failed.length > mostNamed ? `; and ${failed.length - mostNamed} more` : '';
  return [
    ...(failed.length === 0 ? [] : [`${count(failed.length, 'image')} could not be read (${named}${more})`]),
    ...(waiting === 0 ? [] : [`${count(waiting, 'image')} not read yet`]),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
