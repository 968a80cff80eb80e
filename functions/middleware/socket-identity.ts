import type { Connection } from '../core/connections/connection.ts';
import { pairId } from '../core/conversations/conversation.ts';

/** What the authorizer of `$connect` found out. Every later event of the socket carries it. */
export interface SocketIdentity {
  readonly userId: string;
  readonly username: string;
  readonly sessionId: string;
  /** When the access token expires, in seconds since 1970. */
  readonly expiresAt: string;
  /** The other member of the socket's conversation. Empty for a socket that was opened without `user_id`. */
  readonly peerId: string;
}

/**
 * The identity as API Gateway carries it. AWS does not document whether it keeps empty fields, so absent and empty mean the
 * same.
 */
export type AuthorizerContext = {
  readonly [Field in keyof SocketIdentity | keyof typeof UNCHECKED]?: string | null;
};

/**
 * The context of a handshake that the authorizer could not check. API Gateway answers every failure of an authorizer with 500.
 * `$connect` can answer 503, and without an identity it can do nothing else.
 */
export const UNCHECKED = { unchecked: 'true' } as const;

export interface SocketContext {
  readonly connectionId: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  readonly authorizer?: AuthorizerContext | null;
}

/**
 * The context of a socket with this identity, without empty fields.
 *
 * @param address the viewer's, for the access log: it can name the fields of this context, and no header
 */
export function toContext(identity: SocketIdentity, address: string): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...identity, address }).filter(([, value]) => value !== ''));
}

/** The user who opened the socket of an event. An event without an identity is a fault of the server. */
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

/**
 * The result of `$connect` and `$disconnect` for a frame that names them as its action. AWS does not document whether API Gateway
 * selects these routes for it. Only a socket that opens or closes changes the list of its account.
 */
export const BY_FRAME = { statusCode: 400 } as const;

/** The connection of an event. */
export function connectionOf(context: SocketContext): Connection {
  const { connectionId, connectedAt } = context;
  const { userId, sessionId, peerId, expiresAt } = identityOf(context);
  return {
    connectionId,
    userId,
    sessionId,
    conversation: peerId && pairId(userId, peerId),
    connectedAt: new Date(connectedAt),
    expiresAt: new Date(Number(expiresAt) * 1000),
  };
}
