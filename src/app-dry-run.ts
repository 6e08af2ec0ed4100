import { asAppError } from './errors/app-error.ts';
import type { KubernetesConnection } from './kubernetes/connection/kubernetes-connection.ts';
import { createKubernetesClient } from './kubernetes/kubernetes-client.ts';
import type { DryRun } from './rollback/dry-run.ts';

/** Asks a cluster with a request that it only pretends to carry out. An object that changed meanwhile says nothing about the repair. */
export function clusterDryRun(connection: KubernetesConnection): DryRun {
  const client = createKubernetesClient(connection);
  return {
    async tryOut(resource, verb, signal) {
      try {
        const answer = await client[verb === 'create' ? 'patchDryRun' : 'updateDryRun'](resource, 'mooring', signal);
        if (answer.kind === 'rejected' && answer.status === 409) return { kind: 'unanswered', why: answer.message };
        if (answer.kind === 'accepted') return { kind: 'accepted' };
        return { kind: 'rejected', reason: answer.reason, message: answer.message };
      } catch (error) {
        signal.throwIfAborted();
        const { why } = asAppError(error, 'cannot try the object on the server');
        return { kind: 'unanswered', why };
      }
    },
  };
}
