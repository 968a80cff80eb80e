import { createHash } from 'node:crypto';

const BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** A random secret of 256 bits, in base64url. */
export function newSecret(randomBytes: (size: number) => Buffer): string {
  return randomBytes(BYTES).toString('base64url');
}

/** Whether a text has the form of a secret. */
export function isSecret(text: string): boolean {
  return SECRET.test(text);
}

/** What is stored of a secret: its SHA-256, in base64url. 256 bits cannot be guessed, so a plain hash is enough. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
