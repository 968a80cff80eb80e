import { expect } from 'vitest';
import type { Session } from './people.ts';
import type { Reply, Rest } from './rest.ts';

/** A message as the log's readers see it. */
export interface Stored {
  readonly id: string;
  readonly conversation: string;
  readonly seq: number;
  readonly message: string;
  readonly sender_id: string;
  readonly created_at: string;
  readonly client_id: string;
}

/** Asks to send a message over HTTP, whatever the answer. */
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

/** Sends a message over HTTP, and gives what is stored. */
export async function sendMessage(
  rest: Rest,
  sender: Session,
  conversation: string,
  text: string,
): Promise<Stored> {
  const { status, body } = await postMessage(rest, sender, conversation, { text });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}
