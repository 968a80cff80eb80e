/** A client's own name for its message: a UUID in either letter case (RFC 9562 §4). It is kept in lower case. */
export const CLIENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
