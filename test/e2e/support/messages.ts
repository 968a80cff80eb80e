import { expect } from 'vitest';
import type { Session } from './people.ts';
import type { Reply, Rest } from './rest.ts';

/** A message as readers of the log see it. */
export interface Stored {
  readonly id: string;
  readonly conversation: string;
  readonly seq: number;
  readonly message: string;
  readonly sender_id: string;
  readonly created_at: string;
  readonly read?: number;
  /** For its sender only. */
  readonly client_id?: string;
}

/** Stored messages as one of the members sees them. */
export function toldTo({ id }: { readonly id: string }, messages: readonly Stored[]): readonly Stored[] {
  return messages.map(({ client_id, ...message }) =>
    message.sender_id === id && client_id !== undefined ? { ...message, client_id } : message,
  );
}

/** Sends a message over HTTP and returns any answer. */
export function postMessage(
  rest: Rest,
  { access }: Session,
  conversation: string,
  body: unknown,
  key: string = crypto.randomUUID(),
): Promise<Reply> {
  return rest.post(`/conversations/${conversation}/messages/`, body, {
    token: access,
    headers: { 'idempotency-key': key },
  });
}

/** Sends a message over HTTP and returns the stored message. */
export async function sendMessage(
  rest: Rest,
  sender: Session,
  conversation: string,
  text: string,
  more: object = {},
): Promise<Stored> {
  const { status, body } = await postMessage(rest, sender, conversation, { text, ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}
