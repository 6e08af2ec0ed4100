import { createHmac } from 'node:crypto';

export interface SignedParts {
  readonly id: string;
  /** Seconds since 1970, of this attempt. */
  readonly timestamp: number;
  readonly body: string;
}

/** The three headers of Standard Webhooks 1.0. Every secret signs, newest first, so that receivers can change keys without a gap. */
export function signatureHeaders(parts: SignedParts, secrets: readonly Uint8Array[]): Record<string, string> {
  const text = `${parts.id}.${parts.timestamp}.${parts.body}`;
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', secret).update(text).digest('base64')}`);
  return {
    'webhook-id': parts.id,
    'webhook-timestamp': String(parts.timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/** The key bytes of a secret text: base64 after `whsec_`, the text itself otherwise. Undefined when shorter than 24 bytes. */
export function secretKey(text: string): Uint8Array | undefined {
  const trimmed = text.trim();
  const key = trimmed.startsWith('whsec_') ? Buffer.from(trimmed.slice(6), 'base64') : Buffer.from(trimmed, 'utf8');
  return key.length >= 24 ? key : undefined;
}
