import type { Identity } from '../sessions/session.ts';

/** Long enough for a slow network between the ticket and its handshake. */
export const TICKET_SECONDS = 30;

/** Who may open one socket, instead of an access token: for clients that can set neither a header nor a subprotocol. */
export interface Ticket extends Pick<Identity, 'userId' | 'username' | 'sessionId'> {
  /** When the access token expires for which the ticket was given: so long the socket may live. */
  readonly expiresAt: Date;
}

export interface TicketStore {
  /** Keeps a ticket under its hash until `validUntil`. */
  keep(hash: string, ticket: Ticket, validUntil: Date): Promise<void>;
  /**
   * Marks the ticket as spent: of two spenders at once, one gets it.
   * @returns undefined if there is none that is valid and not spent
   */
  spend(hash: string, spender: string, now: Date): Promise<Ticket | undefined>;
}

/** The texts of tickets. Only their hashes are stored. */
export interface Tickets {
  issue(): { readonly ticket: string; readonly hash: string };
  /** Undefined for a text that is no ticket. */
  hashOf(ticket: string): string | undefined;
}

interface Dependencies {
  readonly tickets: Tickets;
  readonly store: TicketStore;
  /** The id of a handshake. */
  readonly newId: () => string;
  readonly now: () => Date;
}

/** A ticket for one socket of the caller's session. */
export async function issueTicket(
  { tickets, store, now }: Pick<Dependencies, 'tickets' | 'store' | 'now'>,
  { userId, username, sessionId, expiresAt }: Identity,
): Promise<string> {
  const { ticket, hash } = tickets.issue();
  const validUntil = new Date(now().getTime() + TICKET_SECONDS * 1000);
  await store.keep(hash, { userId, username, sessionId, expiresAt }, validUntil);
  return ticket;
}

/** Whose socket a ticket opens: once, and while the access token lasts for which it was given. */
export async function redeemTicket(
  { tickets, store, newId, now }: Dependencies,
  text: string,
): Promise<Ticket | undefined> {
  const hash = tickets.hashOf(text);
  const ticket = hash === undefined ? undefined : await store.spend(hash, newId(), now());
  return ticket && ticket.expiresAt > now() ? ticket : undefined;
}
