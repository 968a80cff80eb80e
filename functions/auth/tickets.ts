import { createHash } from 'node:crypto';
import type { Tickets } from '../core/connections/ticket.ts';

/** 256 bits cannot be guessed, so a plain hash is enough to store. */
const BYTES = 32;
const TICKET = /^[A-Za-z0-9_-]{43}$/;

export function tickets(randomBytes: (size: number) => Buffer): Tickets {
  return {
    issue() {
      const ticket = randomBytes(BYTES).toString('base64url');
      return { ticket, hash: hash(ticket) };
    },
    hashOf: (ticket) => (TICKET.test(ticket) ? hash(ticket) : undefined),
  };
}

function hash(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url');
}
