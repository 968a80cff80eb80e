export { type Client, type Conversation, createClient } from './client.ts';
export type { ConnectionState, Limits } from './connection/connection.ts';
export type { SocketConstructor } from './connection/socket.ts';
export type { PageEvent, WakeUps } from './connection/wake-ups.ts';
export type { ErrorCode } from './contract/error-code.ts';
export type {
  Account,
  CreatedInvitation,
  Credentials,
  Custom,
  ExportBegin,
  ExportEnd,
  ExportedConversation,
  ExportedMessage,
  ExportedProfile,
  ExportedSecurityEvent,
  ExportedSession,
  ExportLine,
  GroupChange,
  GroupEvent,
  Invitation,
  InvitedTo,
  Mentions,
  MessageBeside,
  MessagePlace,
  ModeratedUser,
  NewGroup,
  NewInvitation,
  NewReport,
  NewResolution,
  OpenInvitation,
  PasswordChange,
  Profile,
  ProfileChange,
  Registration,
  Report,
  ReportedMessage,
  ReportPage,
  ReportReceipt,
  Resolution,
  Role,
  SecurityEvent,
  SecurityEventPage,
  SignUp,
  User,
  UserSession,
  UserWithPresence,
  Who,
} from './contract/http-types.ts';
export type { About, Member } from './conversation/members.ts';
export type { Message, MessageReaction, MessageState, RefusedReaction } from './conversation/message.ts';
export { type FieldErrors, ParleyError } from './errors.ts';
export type { GroupItem, InboxItem, PairItem } from './inbox/inbox.ts';
export type { Unread } from './inbox/unread-total.ts';
export type { Lock } from './locks.ts';
export { isMentioned } from './mentions.ts';
export type { Observable } from './observable.ts';
export type { ClientOptions } from './options.ts';
export { indexedOutbox } from './outbox/indexed-outbox.ts';
export {
  type Extras,
  memoryOutbox,
  type OutboxStore,
  type Reason,
  type Unsent,
  type UnsentChange,
  type UnsentReaction,
  type Waiting,
} from './outbox/outbox-store.ts';
export type { PeopleState } from './people.ts';
export type { PresenceState } from './presence.ts';
export type { SessionState } from './session/held-tokens.ts';
export type { Fetch } from './session/http.ts';
export type { IssuerToken } from './session/refresh.ts';
export {
  type KeptTokens,
  localTokens,
  memoryTokens,
  type TokenStore,
  type Tokens,
} from './session/token-store.ts';
export type { ConversationSettings } from './settings.ts';
