import { DOCUMENT, SOCKET_DOCUMENT } from './document.ts';

/** Every error code of the HTTP API and of a device's socket, from schemas and examples of the two contracts. */
export function errorCodes(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const document of [DOCUMENT, SOCKET_DOCUMENT]) {
    walk(document, (key, value) => {
      // asyncapi.yaml has a list for each kind of socket. The client library does not use the older protocol.
      if (key !== 'code' && key !== 'DeviceErrorCode') return;
      for (const code of namedIn(value)) found.add(code);
    });
  }
  return found;
}

function namedIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  const { const: only, enum: several = [] } = value as { const?: string; enum?: string[] };
  return only === undefined ? several : [only];
}

function walk(value: unknown, see: (key: string, value: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    see(key, inner);
    walk(inner, see);
  }
}
