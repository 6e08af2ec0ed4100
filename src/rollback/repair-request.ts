import type { ResourceReport } from '../drift/drift-report.ts';
import type { JsonValue } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import type { Hash } from './fingerprint.ts';
import type { Repair } from './repair-plan.ts';

/** A version of an object that Git once declared. `good` says why it counts as good; null when nobody observed its health. */
export interface EarlierRevision {
  readonly revision: string;
  readonly committedAt: string;
  readonly resource: Resource;
  readonly good?: string | null;
}

/** A manifest file at the base; `file` relative to the repository's root. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

export interface RepairRequest {
  readonly report: ResourceReport;
  /** The object as Git declares it and as it is live; null when it is not there, or its values may not be read. */
  readonly desired: Resource | null;
  readonly live: Resource | null;
  /** The files that declare the object (`desired.origin.file` at least); other files are not needed. */
  readonly files: readonly SourceFile[];
  /** Where the source lies in its repository: prefix of origins, empty or ending in `/`. */
  readonly prefix: string;
  /** `plain`: files are objects. Otherwise objects come out of a renderer, and an edit has to be found and proved through it. */
  readonly rendering: 'plain' | 'kustomize' | 'helm';
  readonly base: string | null;
  /** Earlier versions of the object, newest first. Only a revert looks at them. */
  readonly earlier: readonly EarlierRevision[];
  readonly blastRadius: JsonValue | null;
  readonly cluster: string | null;
  readonly wanted?: Repair;
  readonly sanctionedManagers: readonly string[];
  readonly hash: Hash;
}
