import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a request came through the site: only CloudFront knows the secret. */
export type IsProof = (value: string | undefined) => boolean;

/** Compares in constant time, whatever the length: how much of a guess is right cannot be measured. */
export function siteProof(secret: string): IsProof {
  const expected = sha256(secret);
  return (value) => value !== undefined && timingSafeEqual(sha256(value), expected);
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
