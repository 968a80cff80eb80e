import type { IncomingMessage } from 'node:http';

/** A function signs with its own name as the access key's id: `Credential=<name>/<date>/…`. */
export function callerOf({ headers }: IncomingMessage): string {
  return /Credential=([^/,]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
}
