export { type Client, type Conversation, createClient } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export type { ErrorCode } from './contract/error-code.ts';
export type {
  Account,
  Credentials,
  Profile,
  ProfileChange,
  Registration,
  User,
  UserWithPresence,
} from './contract/http-types.ts';
export type { Message, MessageState } from './conversation/message.ts';
export { type FieldErrors, ParleyError } from './errors.ts';
export type { InboxItem } from './inbox.ts';
export type { Limits, LineState } from './line/line.ts';
export type { SocketConstructor } from './line/link.ts';
export type { PageEvent, WakeUps } from './line/wake-ups.ts';
export type { Observable } from './observable.ts';
export { indexedOutbox } from './outbox/indexed-outbox.ts';
export { memoryOutbox, type OutboxStore, type Unsent } from './outbox/outbox-store.ts';
export type { PeopleState } from './people.ts';
export type { PresenceState } from './presence.ts';
export type { Fetch } from './session/http.ts';
export type { Lock } from './session/lock.ts';
export type { SessionState } from './session/session.ts';
export {
  type KeptTokens,
  localTokens,
  memoryTokens,
  type TokenStore,
  type Tokens,
} from './session/token-store.ts';
export type { Unread } from './unread.ts';
