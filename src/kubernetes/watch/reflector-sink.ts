import type { ResourceId } from '../../resource/resource-id.ts';
import type { ServedKind } from '../discovery/served-kind.ts';

/** The reflector that speaks. */
export interface Speaker {
  readonly served: ServedKind;
  ids(): readonly ResourceId[];
}

/** Who hears of what a reflector learns. */
export interface ReflectorSink {
  /** Objects to look at again. */
  changed(ids: readonly ResourceId[], reflector: Speaker): void;
  /** The phase is another one: everything of the kind is worth another look. */
  phaseChanged(reflector: Speaker): void;
  /** The server has denied all that was newer than `version`: what was known of the kind is replaced. */
  wentBack(reflector: Speaker, from: string, to: string): void;
  /** The server answered as if it did not know the kind any more. */
  lost(reflector: Speaker): void;
}
