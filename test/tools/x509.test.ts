import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../tools/plane/x509.ts';

describe('certificates of the test control plane', () => {
  const authority = createAuthority('the authority');
  const ca = new X509Certificate(authority.certificate);

  test('an authority signs itself and may sign others', () => {
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
  });

  test('a server certificate is good for its hosts only', () => {
    const hosts = ['localhost', '127.0.0.1'];
    const issued = issueCertificate(authority, { subject: { commonName: 'server' }, purpose: 'server', hosts });
    const server = new X509Certificate(issued.certificate);
    expect(server.checkIssued(ca)).toBe(true);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.ca).toBe(false);
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkHost('elsewhere')).toBeUndefined();
  });

  test('a client certificate carries every group', () => {
    const subject = { commonName: 'alice', organisations: ['dev', 'ops'] };
    const client = new X509Certificate(issueCertificate(authority, { subject, purpose: 'client' }).certificate);
    expect(client.subject.split('\n')).toEqual(['O=dev', 'O=ops', 'CN=alice']);
  });

  test('the signature of another authority is not accepted', () => {
    const other = createAuthority('the authority');
    const issued = issueCertificate(other, { subject: { commonName: 'x' }, purpose: 'client' });
    expect(new X509Certificate(issued.certificate).verify(ca.publicKey)).toBe(false);
  });
});
