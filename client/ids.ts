/** An id in the server's spelling. Some platforms write UUIDs in capitals. */
export const folded = (id: string): string => id.toLowerCase();

/** The conversation of two users, derived as on the server. It exists as soon as one of them writes. */
export function conversationOf(one: string, other: string): string {
  return [one, other].map(folded).sort().join('.');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID in either letter case. */
export const isId = (text: string): boolean => UUID.test(folded(text));

/** May stand in a path as it is: with a dot, or empty, the path would be another one. */
export const isPathPart = (text: string): boolean => /^[\w-]{1,100}$/.test(text);

/** The other member of the user's own conversation. Undefined for any other id, such as one from a made-up address. */
export function peerIn(conversation: string, own: string): string | undefined {
  const [low = '', high = ''] = conversation.split('.');
  const isOne = UUID.test(low) && UUID.test(high) && low < high && conversation === `${low}.${high}`;
  if (!isOne || (own !== low && own !== high)) return undefined;
  return own === low ? high : low;
}

/** A group's id. That of a pair is two of them. */
export const isGroupId = (conversation: string): boolean => UUID.test(conversation);

/** The id may be that of a conversation of the user. */
export const canBeIn = (conversation: string, own: string): boolean =>
  isGroupId(conversation) || peerIn(conversation, own) !== undefined;

/** `crypto.randomUUID` exists only on secure origins. An http address in a home network is not one. */
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  // RFC 9562 §5.4: random digits, except for the version (4) and the variant (8 to b).
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) => {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    return (place === 'x' ? byte % 16 : 8 + (byte % 4)).toString(16);
  });
}

/** The path of a conversation in the HTTP API. */
export const pathOf = (conversation: string): string => `/conversations/${encodeURIComponent(conversation)}`;
