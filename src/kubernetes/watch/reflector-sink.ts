import type { ResourceId } from '../../resource/resource-id.ts';
import type { Reflector } from './reflector.ts';

/** Who hears of what a reflector learns. */
export interface ReflectorSink {
  /** Objects to look at again. */
  changed(ids: readonly ResourceId[], reflector: Reflector): void;
  /** The phase is another one: everything of the kind is worth another look. */
  phaseChanged(reflector: Reflector): void;
  /** The server has denied all that was newer than `version`: what was known of the kind is replaced. */
  wentBack(reflector: Reflector, from: string, to: string): void;
  /** The server answered as if it did not know the kind any more. */
  lost(reflector: Reflector): void;
}
