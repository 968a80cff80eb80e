import type { Tickets } from '../core/connections/ticket.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';

export function tickets(randomBytes: (size: number) => Buffer): Tickets {
  return {
    issue() {
      const ticket = newSecret(randomBytes);
      return { ticket, hash: hashOf(ticket) };
    },
    hashOf: (ticket) => (isSecret(ticket) ? hashOf(ticket) : undefined),
  };
}
