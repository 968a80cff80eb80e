import { expect } from 'vitest';
import type { Person, Session } from './people.ts';
import { connect, type Frame, type Socket } from './socket.ts';

/** Opens a device's socket, which carries all conversations. */
export function device(url: string, { access }: Session): Promise<Socket> {
  return connect(url, { path: '/ws', token: access });
}

/** The id of the conversation of two users, as the contract derives it. */
export function conversationOf(one: Person, other: Person): string {
  return [one.id, other.id].sort().join('.');
}

/** A frame that sends a message, with a `client_id` of its own. */
export function messageTo(peer: { readonly id: string }, text: string, more: object = {}) {
  return { action: 'message.send', to: peer.id, text, client_id: crypto.randomUUID(), ...more };
}

/** Checks that no unread frame has come. A frame posted before would come before the answer to this ping. */
export async function quiet(socket: Socket): Promise<void> {
  const marker = crypto.randomUUID();
  socket.send({ action: 'ping', ref: marker });
  expect(await socket.next()).toMatchObject({ ref: marker });
}

/**
 * A frame that somebody is offline. The one that they are online may still be on its way to a device that has watched them for a
 * moment only.
 */
export const isOffline = ({ users }: Frame): boolean =>
  (users as { online: boolean }[] | undefined)?.[0]?.online === false;
