import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Authority, createAuthority, issueCertificate, type KeyedCertificate } from './x509.ts';

/** File paths of everything the components need to trust each other; made fresh for every plane. */
export interface Pki {
  readonly authority: Authority;
  readonly caFile: string;
  readonly serverCertFile: string;
  readonly serverKeyFile: string;
  readonly frontCaFile: string;
  readonly frontCertFile: string;
  readonly frontKeyFile: string;
  readonly serviceAccountPublicFile: string;
  readonly serviceAccountKeyFile: string;
  readonly admin: KeyedCertificate;
}

/**
 * Two authorities on purpose: whoever holds a certificate of the front-proxy authority may speak as any user, so the
 * ordinary client authority must not be the same one.
 */
export function createPki(dir: string): Pki {
  mkdirSync(dir, { recursive: true });
  const write = (name: string, content: string): string => {
    const file = join(dir, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const authority = createAuthority('mooring-plane');
  const frontAuthority = createAuthority('mooring-plane-front');
  const server = issueCertificate(authority, {
    subject: { commonName: 'kube-apiserver' },
    purpose: 'server',
    hosts: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', '127.0.0.1', '10.0.0.1'],
  });
  const front = issueCertificate(frontAuthority, { subject: { commonName: 'front-proxy' }, purpose: 'client' });
  const serviceAccount = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    authority,
    caFile: write('ca.crt', authority.certificate),
    serverCertFile: write('server.crt', server.certificate),
    serverKeyFile: write('server.key', server.key),
    frontCaFile: write('front-ca.crt', frontAuthority.certificate),
    frontCertFile: write('front.crt', front.certificate),
    frontKeyFile: write('front.key', front.key),
    serviceAccountPublicFile: write(
      'service-account.pub',
      serviceAccount.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ),
    serviceAccountKeyFile: write(
      'service-account.key',
      serviceAccount.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ),
    admin: clientCertificate(authority, 'admin', ['system:masters']),
  };
}

/** A client certificate that the API server reads as this user in these groups. */
export function clientCertificate(authority: Authority, user: string, groups: readonly string[]): KeyedCertificate {
  return issueCertificate(authority, { subject: { commonName: user, organisations: groups }, purpose: 'client' });
}
