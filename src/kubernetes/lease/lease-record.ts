import { isJsonObject, type JsonObject, objectAt, stringAt, valueAt } from '../../resource/json.ts';

/** The spec of a coordination.k8s.io Lease as replicas use it to agree on a leader. Times are RFC 3339 with microseconds. */
export interface LeaseRecord {
  /** Empty when nobody holds it. */
  readonly holder: string;
  readonly durationSeconds: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly transitions: number;
}

/** A lease as it was read, with all that others may have put into it. */
export interface HeldLease {
  readonly body: JsonObject;
  readonly record: LeaseRecord;
}

const defaultSeconds = 15;

/** Undefined when the document is no object. */
export function readLease(body: unknown): HeldLease | undefined {
  if (!isJsonObject(body)) return undefined;
  const spec = objectAt(body, 'spec') ?? {};
  return {
    body,
    record: {
      holder: stringAt(spec, 'holderIdentity') ?? '',
      durationSeconds: Number(valueAt(spec, 'leaseDurationSeconds') ?? defaultSeconds),
      acquireTime: stringAt(spec, 'acquireTime') ?? '',
      renewTime: stringAt(spec, 'renewTime') ?? '',
      transitions: Number(valueAt(spec, 'leaseTransitions') ?? 0),
    },
  };
}

/** The document with another record; its resourceVersion stays, so that a write fails when somebody else was first. */
export function withRecord(body: JsonObject, record: LeaseRecord): JsonObject {
  return {
    ...body,
    spec: {
      ...objectAt(body, 'spec'),
      holderIdentity: record.holder,
      leaseDurationSeconds: record.durationSeconds,
      acquireTime: record.acquireTime,
      renewTime: record.renewTime,
      leaseTransitions: record.transitions,
    },
  };
}

/** The form that the API server wants for the times of a lease. */
export function microTime(now: Date): string {
  return now.toISOString().replace('Z', '000Z');
}
