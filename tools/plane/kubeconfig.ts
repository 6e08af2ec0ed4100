import type { KeyedCertificate } from './x509.ts';

export interface KubeconfigParts {
  readonly url: string;
  readonly caCertificate: string;
  readonly user: string;
  readonly client: KeyedCertificate;
}

/** A kubeconfig with one context, all credentials inline, as JSON (which every YAML reader takes). */
export function formatKubeconfig(parts: KubeconfigParts): string {
  const name = 'mooring-plane';
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: parts.url, 'certificate-authority-data': base64(parts.caCertificate) } }],
    users: [
      {
        name: parts.user,
        user: {
          'client-certificate-data': base64(parts.client.certificate),
          'client-key-data': base64(parts.client.key),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: parts.user, namespace: 'default' } }],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
