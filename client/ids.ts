import { ParleyError } from './errors.ts';

/** An id as the service writes it; some platforms write UUIDs in capitals. */
export const folded = (id: string): string => id.toLowerCase();

/** The conversation of two people, as the service derives it: it exists as soon as one of them says something. */
export function conversationOf(one: string, other: string): string {
  return [one, other].map(folded).sort().join('.');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The other one in a conversation of one's own; undefined for what is none, such as an address that somebody made up. */
export function peerIn(conversation: string, own: string): string | undefined {
  const [low = '', high = ''] = conversation.split('.');
  const isOne = UUID.test(low) && UUID.test(high) && low < high && conversation === `${low}.${high}`;
  if (!isOne || (own !== low && own !== high)) return undefined;
  return own === low ? high : low;
}

export const notOwn = () =>
  new ParleyError('conversation_not_found', 'This conversation is not of the user who is logged in.');

/** `crypto.randomUUID` exists only on secure origins; a home network's http address is none. */
export function newClientId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Where the HTTP API has a conversation. */
export const pathOf = (conversation: string): string => `/conversations/${encodeURIComponent(conversation)}`;
