export { type Client, type Conversation, createClient } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export type { ErrorCode } from './error-code.ts';
export { type FieldErrors, ParleyError } from './errors.ts';
export type {
  Account,
  Credentials,
  Profile,
  ProfileChange,
  Registration,
  User,
  UserWithPresence,
} from './http-types.ts';
export type { InboxItem } from './inbox.ts';
export { indexedOutbox } from './indexed-outbox.ts';
export type { LineState } from './line.ts';
export type { Message, MessageState } from './message.ts';
export type { Observable } from './observable.ts';
export { memoryOutbox, type OutboxStore, type Unsent } from './outbox-store.ts';
export type { PeopleState } from './people.ts';
export type { PresenceState } from './presence.ts';
export type { SessionState } from './session.ts';
export { localTokens, memoryTokens, type TokenStore, type Tokens } from './token-store.ts';
export type { PageEvent, WakeUps } from './wake-ups.ts';
