import type { Connection } from '../core/connections/connection.ts';
import { conversationIdOf } from '../core/conversations/conversation.ts';

/** What the authorizer of `$connect` found out, as every later event of the socket tells it. */
export interface SocketIdentity {
  readonly userId: string;
  readonly username: string;
  readonly sessionId: string;
  /** Of the access token, in seconds since 1970. */
  readonly expiresAt: string;
  /** Whom the conversation is with; empty for a socket that was opened without `user_id`. */
  readonly peerId: string;
}

/**
 * The identity as API Gateway carries it. Nothing says whether it keeps a field that is empty: absent and empty are the
 * same, here and in all that reads it.
 */
export type AuthorizerContext = { readonly [Field in keyof SocketIdentity]?: string | null };

export interface SocketContext {
  readonly connectionId: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  readonly authorizer?: AuthorizerContext | null;
}

/** The context of a socket with this identity: without what is empty, so that API Gateway has nothing to decide. */
export function toContext(identity: SocketIdentity): Record<string, string> {
  return Object.fromEntries(Object.entries(identity).filter(([, value]) => value !== ''));
}

/** Who opened the socket that an event came by. An event without an identity is a fault of ours. */
export function identityOf({ authorizer }: Pick<SocketContext, 'authorizer'>): SocketIdentity {
  const required = (field: keyof SocketIdentity): string => {
    const value = authorizer?.[field];
    if (!value) throw new TypeError(`the context of the authorizer has no ${field}`);
    return value;
  };
  return {
    userId: required('userId'),
    username: required('username'),
    sessionId: required('sessionId'),
    expiresAt: required('expiresAt'),
    peerId: authorizer?.peerId ?? '',
  };
}

/** The connection that an event came by. */
export function connectionOf(context: SocketContext): Connection {
  const { connectionId, connectedAt } = context;
  const { userId, sessionId, peerId } = identityOf(context);
  return {
    connectionId,
    userId,
    sessionId,
    conversation: peerId && conversationIdOf(userId, peerId),
    connectedAt: new Date(connectedAt),
  };
}
