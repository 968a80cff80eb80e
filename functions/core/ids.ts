const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is an id as this service makes them: a UUID in lower case (RFC 9562 §4). */
export function isId(text: string): boolean {
  return UUID.test(text);
}
