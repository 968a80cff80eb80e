type Headers = Readonly<Record<string, string | undefined>> | null | undefined;

/** A header by its lower-case name: a WebSocket API passes names on in the client's spelling (RFC 9110 §5.1). */
export function header(headers: Headers, name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}
