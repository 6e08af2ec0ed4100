import { formatJson, parseJson } from '../../resource/json.ts';
import type { ApiAnswer, ApiRequest, KubernetesConnection } from '../connection/kubernetes-connection.ts';
import { readRefusal, refusalError } from '../connection/kubernetes-errors.ts';
import { type HeldLease, type LeaseRecord, readLease, withRecord } from './lease-record.ts';

/** One Lease on the API server. Throws AppError when the server refuses or does not answer. */
export interface LeaseLock {
  /** For people: `namespace/name`. */
  readonly name: string;
  /** Null when there is none yet. */
  read(signal: AbortSignal): Promise<HeldLease | null>;
  /** Null when somebody else was first. */
  create(record: LeaseRecord, signal: AbortSignal): Promise<HeldLease | null>;
  /** Null when it is no longer as it was read. */
  update(lease: HeldLease, record: LeaseRecord, signal: AbortSignal): Promise<HeldLease | null>;
}

export function createLeaseLock(connection: KubernetesConnection, namespace: string, name: string): LeaseLock {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  const what = `the lease ${namespace}/${name}`;

  const write = async (request: Omit<ApiRequest, 'headers'>, signal: AbortSignal): Promise<HeldLease | null> => {
    const answer = await connection.send({ ...request, headers: { 'content-type': 'application/json' } }, signal);
    if (answer.status === 409) return null;
    return leaseOf(answer, `cannot write ${what}`);
  };

  return {
    name: `${namespace}/${name}`,
    async read(signal) {
      const answer = await connection.send({ path: `${path}/${encodeURIComponent(name)}` }, signal);
      return answer.status === 404 ? null : leaseOf(answer, `cannot read ${what}`);
    },
    create(record, signal) {
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name } };
      return write({ method: 'POST', path, body: formatJson(withRecord(body, record)) }, signal);
    },
    update(lease, record, signal) {
      const body = formatJson(withRecord(lease.body, record));
      return write({ method: 'PUT', path: `${path}/${encodeURIComponent(name)}`, body }, signal);
    },
  };
}

function leaseOf(answer: ApiAnswer, what: string): HeldLease {
  const { status, header, body } = answer;
  const lease = status === 200 || status === 201 ? readLease(parseJson(body.toString('utf8'))) : undefined;
  if (lease !== undefined) return lease;
  throw refusalError(what, readRefusal(status, header('retry-after'), body));
}
