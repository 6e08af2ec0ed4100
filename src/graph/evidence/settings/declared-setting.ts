import type { Setting } from '../../addresses/address.ts';
import type { Resource } from '../../../resource/resource.ts';

/** A setting with where it comes from. */
export interface DeclaredSetting extends Setting {
  /** The resource whose manifest holds the value, or names the image that does. */
  readonly source: Resource;
  /** The ConfigMap that was taken in as a whole, when it was; null for what the workload names one by one. */
  readonly document: string | null;
  /** The image that says it, for people; absent when a manifest does. */
  readonly image?: string;
}
