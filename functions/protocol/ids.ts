const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** A client's own name for its message: a UUID in either letter case (RFC 9562 §4). It is kept in lower case. */
export const CLIENT_ID = new RegExp(`^${UUID}$`, 'i');

/** A user's id, or that of a conversation of two. */
const ID = new RegExp(`^${UUID}(?:\\.${UUID})?$`, 'i');

/**
 * An id as the service writes it: it is taken in any letter case, since some platforms write UUIDs in capitals (Swift's
 * `UUID` does). What is no id stays as it is, so that an error can name it.
 */
export function foldId(text: string): string {
  return ID.test(text) ? text.toLowerCase() : text;
}
