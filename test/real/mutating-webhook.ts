import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type JsonObject, type JsonValue, objectAt, parseJson, stringAt } from '../../src/resource/json.ts';
import { createAuthority, issueCertificate } from '../../tools/plane/x509.ts';
import { kubectl } from './plane-access.ts';

export interface WebhookOptions {
  readonly name: string;
  /** Only objects of this namespace come to it. */
  readonly namespace: string;
  readonly rules: readonly { readonly group: string; readonly resources: readonly string[] }[];
  /** The operations of a JSON patch for an object that comes in. */
  readonly patch: (object: JsonObject) => readonly JsonObject[];
}

/** A real mutating webhook, registered at the shared plane; gone when it is disposed of. */
export interface MutatingWebhook extends AsyncDisposable {
  /** Every object that came in, dry runs included. */
  readonly seen: readonly JsonObject[];
}

export async function startWebhook(options: WebhookOptions): Promise<MutatingWebhook> {
  const authority = createAuthority('webhook');
  const leaf = issueCertificate(authority, {
    subject: { commonName: '127.0.0.1' },
    purpose: 'server',
    hosts: ['127.0.0.1'],
  });
  const seen: JsonObject[] = [];
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
    request.on('end', () => {
      const review = parseJson(Buffer.concat(chunks).toString('utf8'));
      const object = objectAt(review, 'request', 'object') ?? {};
      seen.push(object);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(review, options.patch(object))));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  await register(options, portOf(server.address()), authority.certificate);
  return {
    seen,
    async [Symbol.asyncDispose]() {
      await kubectl(['delete', 'mutatingwebhookconfiguration', options.name]);
      server.closeAllConnections();
      server.close();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function answer(review: JsonValue, patch: readonly JsonObject[]): JsonObject {
  const uid = stringAt(review, 'request', 'uid') ?? '';
  const encoded = Buffer.from(JSON.stringify(patch)).toString('base64');
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true, ...(patch.length === 0 ? {} : { patchType: 'JSONPatch', patch: encoded }) },
  };
}

async function register(options: WebhookOptions, port: number, authority: string): Promise<void> {
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: options.name },
    webhooks: [
      {
        name: `${options.name}.example.dev`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        clientConfig: {
          url: `https://127.0.0.1:${port}/mutate`,
          caBundle: Buffer.from(authority).toString('base64'),
        },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': options.namespace } },
        rules: options.rules.map(({ group, resources }) => ({
          apiGroups: [group],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE'],
          resources,
        })),
      },
    ],
  };
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify(configuration) });
}
