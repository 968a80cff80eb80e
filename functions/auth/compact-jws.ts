/**
 * Whether a text is three parts in base64url without padding (RFC 7515 §7.1), each in the one spelling that encodes its bytes. A
 * lenient decoder ignores padding and the spare bits of a last character, so a token would have several texts.
 */
export function isCompactJws(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 3 && parts.every(isCanonical);
}

function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}
