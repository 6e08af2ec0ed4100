import type { JsonObject } from './json.ts';
import type { ResourceId } from './resource-id.ts';

/** Where Git declares a resource: a file relative to the source's root, and the line (from 1) where its document starts. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

/**
 * One Kubernetes object as read: `body` is the whole document, except that a live source may fold its `managedFields` (read them with
 * `managedFieldsOf`). `origin` is null for live objects.
 */
export interface Resource {
  readonly id: ResourceId;
  readonly apiVersion: string;
  readonly body: JsonObject;
  readonly origin: Origin | null;
  /** Annotations of `mooring.dev` that the live object has and Git does not say so. */
  readonly liveAnnotations?: readonly string[];
  /** The body is the metadata of a live object that nobody declares: nothing can be said of the rest. */
  readonly metadataOnly?: true;
}
