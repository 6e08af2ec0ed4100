import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, boolean, explicit, implicit, integer, objectId, octets, sequence, set, time, utf8 } from './der.ts';

/** A certificate with its private key, both as PEM text. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority that can sign others. */
export interface Authority extends KeyedCertificate {
  readonly name: Subject;
  readonly privateKey: KeyObject;
}

export interface Subject {
  readonly commonName: string;
  /** Kubernetes reads each organisation as a group. */
  readonly organisations?: readonly string[];
}

export interface LeafRequest {
  readonly subject: Subject;
  readonly purpose: 'server' | 'client';
  /** DNS names and IPv4 addresses the certificate is good for. */
  readonly hosts?: readonly string[];
}

const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));
const hour = 3_600_000;

/** A fresh self-signed authority. Node signs but makes no certificates; writing the DER needs no openssl on the machine. */
export function createAuthority(commonName: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = { commonName };
  // keyCertSign and cRLSign
  const keyUsage = extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1));
  const constraints = extension('2.5.29.19', true, sequence(boolean(true)));
  const certificate = certify(name, publicKey, [constraints, keyUsage], { name, privateKey });
  return { certificate, key: pemOf(privateKey), name, privateKey };
}

/** A certificate for a server or a client, signed by the authority. */
export function issueCertificate(authority: Authority, request: LeafRequest): KeyedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const purpose = objectId(request.purpose === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2');
  const extensions = [
    // digitalSignature and keyEncipherment
    extension('2.5.29.15', true, bits(Buffer.from([0xa0]), 5)),
    extension('2.5.29.37', false, sequence(purpose)),
  ];
  const hosts = request.hosts ?? [];
  if (hosts.length > 0) extensions.push(extension('2.5.29.17', false, sequence(...hosts.map(generalName))));
  const certificate = certify(request.subject, publicKey, extensions, authority);
  return { certificate, key: pemOf(privateKey) };
}

function certify(
  subject: Subject,
  publicKey: KeyObject,
  extensions: readonly Buffer[],
  issuer: { readonly name: Subject; readonly privateKey: KeyObject },
): string {
  const now = Date.now();
  const validity = sequence(time(new Date(now - hour)), time(new Date(now + 365 * 24 * hour)));
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    distinguishedName(issuer.name),
    validity,
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  const base64 = sequence(body, ecdsaWithSha256, bits(signature)).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function distinguishedName(subject: Subject): Buffer {
  const organisations = (subject.organisations ?? []).map((name) => attribute('2.5.4.10', name));
  return sequence(...organisations, attribute('2.5.4.3', subject.commonName));
}

function attribute(type: string, value: string): Buffer {
  return set(sequence(objectId(type), utf8(value)));
}

function extension(type: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [boolean(true)] : [];
  return sequence(objectId(type), ...flag, octets(value));
}

function generalName(host: string): Buffer {
  if (isIPv4(host)) return implicit(7, Buffer.from(host.split('.').map(Number)));
  return implicit(2, Buffer.from(host, 'ascii'));
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
