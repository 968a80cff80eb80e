/** The conversation of two people, as the service derives it: it exists as soon as one of them says something. */
export function conversationOf(one: string, other: string): string {
  return [one, other].sort().join('.');
}

export function peerIn(conversation: string, own: string): string {
  return conversation.split('.').find((id) => id !== own) ?? '';
}

/** `crypto.randomUUID` exists only on secure origins; a home network's http address is none. */
export function newClientId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
