import type { Connection } from '../core/connections/connection.ts';
import { conversationIdOf } from '../core/conversations/conversation-id.ts';

/** What the authorizer of `$connect` found out; API Gateway brings it, as strings, with every later event of the socket. */
export type SocketIdentity = {
  readonly userId: string;
  readonly username: string;
  readonly sessionId: string;
  /** Of the access token, in seconds since 1970. */
  readonly expiresAt: string;
  /** Whom the conversation is with; empty for a socket that was opened without `user_id`. */
  readonly peerId: string;
};

interface SocketContext {
  readonly connectionId: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  readonly authorizer: SocketIdentity;
}

/** The connection that an event came by. */
export function connectionOf({ connectionId, connectedAt, authorizer }: SocketContext): Connection {
  const { userId, sessionId, peerId } = authorizer;
  return {
    connectionId,
    userId,
    sessionId,
    conversation: peerId && conversationIdOf(userId, peerId),
    connectedAt: new Date(connectedAt),
  };
}
