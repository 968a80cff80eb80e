const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The name that a client gives its message: a UUID in either letter case (RFC 9562 §4). It is stored in lower case. */
export const CLIENT_ID = /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$/;

/** Whether a text is an id that this service made: a UUID in lower case. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** The 32 digits of an id, for those who store it in 16 bytes. */
export const hexOf = (id: string): string => id.replaceAll('-', '');

export const idOfHex = (hex: string): string =>
  hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/**
 * Ids in the letter case that the service uses: a user's id, or two joined by a dot. Some platforms write UUIDs in capitals,
 * for example Swift's `UUID`. Any other text is returned unchanged, so that an error can quote it.
 */
export function foldId(text: string): string {
  const folded = text.toLowerCase();
  const ids = folded.split('.');
  return ids.length <= 2 && ids.every(isId) ? folded : text;
}
