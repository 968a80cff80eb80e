import type {
  Conversation,
  Custom,
  GroupEvent,
  Mentions,
  Reaction,
  Settings,
  StoredMessage,
} from './http-types.ts';

/**
 * The frames of asyncapi.yaml on a device's socket. A test compares the two. First, the frames that the client sends.
 */

export interface MessageSend {
  readonly action: 'message.send';
  readonly to?: string;
  readonly conversation?: string;
  readonly text?: string;
  readonly client_id?: string;
  /** The `seq` of the message that it answers. */
  readonly reply_to?: number;
  readonly mentions?: Mentions;
  readonly custom?: Custom;
  /** Instead of `text` and `client_id`. */
  readonly messages?: readonly NewMessage[];
  readonly after?: number;
  readonly read?: number;
}

export interface NewMessage {
  readonly client_id: string;
  readonly text: string;
  readonly reply_to?: number;
  readonly mentions?: Mentions;
  readonly custom?: Custom;
  readonly read?: number;
}

export interface MessageEdit {
  readonly action: 'message.edit';
  readonly conversation: string;
  readonly seq: number;
  /** The version that is edited. */
  readonly version: number;
  readonly text: string;
  readonly custom?: Custom | null;
}

export interface MessageDelete {
  readonly action: 'message.delete';
  readonly conversation: string;
  readonly seq: number;
}

export interface MessageReact {
  readonly action: 'message.react';
  readonly conversation: string;
  readonly seq: number;
  readonly emoji: string;
}

export interface MessageUnreact {
  readonly action: 'message.unreact';
  readonly conversation: string;
  readonly seq: number;
  readonly emoji: string;
}

export interface ConversationRead {
  readonly action: 'conversation.read';
  readonly conversation: string;
  readonly seq: number;
}

export interface MessageReceived {
  readonly action: 'message.received';
  readonly conversation: string;
  readonly seq: number;
}

export interface Type {
  readonly action: 'typing';
  readonly conversation: string;
}

export interface Sync {
  readonly action: 'sync';
  readonly conversations: Readonly<Record<string, GivenPosition>>;
  readonly since?: string;
}

/** All messages up to `seq` are held, in the state of this change. */
export interface GivenPosition {
  readonly seq: number;
  readonly change: number;
}

export interface PresenceWatch {
  readonly action: 'presence.watch';
  readonly users: readonly string[];
}

export interface AuthRefresh {
  readonly action: 'auth.refresh';
  readonly token: string;
}

export interface Ping {
  readonly action: 'ping';
}

export type Action =
  | MessageSend
  | MessageEdit
  | MessageDelete
  | MessageReact
  | MessageUnreact
  | ConversationRead
  | MessageReceived
  | Type
  | Sync
  | PresenceWatch
  | AuthRefresh
  | Ping;

/** The frames that the server sends. */

export interface ChatMessage {
  readonly type: 'chat.message';
  readonly id: string;
  readonly conversation: string;
  readonly seq: number;
  readonly message: string;
  readonly sender: string;
  readonly sender_id: string;
  readonly created_at: string;
  readonly read?: number;
  readonly change?: number;
  readonly version?: number;
  readonly edited_at?: string;
  readonly deleted_at?: string;
  readonly reactions?: readonly Reaction[];
  readonly reply_to?: number;
  readonly mentions?: Mentions;
  readonly custom?: Custom;
  readonly client_id?: string;
  readonly event?: GroupEvent;
}

export interface MessageSent {
  readonly type: 'message.sent';
  readonly id: string;
  readonly conversation: string;
  readonly seq: number;
  readonly message: string;
  readonly sender: string;
  readonly sender_id: string;
  readonly created_at: string;
  readonly read?: number;
  readonly change?: number;
  readonly version?: number;
  readonly edited_at?: string;
  readonly deleted_at?: string;
  readonly reactions?: readonly Reaction[];
  readonly reply_to?: number;
  readonly mentions?: Mentions;
  readonly custom?: Custom;
  readonly client_id: string;
  readonly ref?: string;
}

export interface ReadReply {
  readonly type: 'conversation.read';
  readonly conversation: string;
  readonly user_id: string;
  readonly seq: number;
  readonly moved?: boolean;
  readonly ref?: string;
}

export interface ReceivedReply {
  readonly type: 'message.received';
  readonly conversation: string;
  readonly user_id: string;
  readonly seq: number;
  readonly moved?: boolean;
  readonly retry_after?: number;
  readonly ref?: string;
}

export interface TypeReply {
  readonly type: 'typing';
  readonly conversation: string;
  readonly user_id: string;
  readonly expires_in: number;
  readonly forwarded?: boolean;
  readonly ref?: string;
}

export interface SyncPage {
  readonly type: 'sync.page';
  readonly messages: readonly StoredMessage[];
  readonly changed: readonly StoredMessage[];
  readonly changes: Readonly<Record<string, number>>;
  readonly resets: readonly string[];
  /** The groups of the request that the user is not in. Older servers send none. */
  readonly gone: readonly string[];
  readonly conversations: readonly Conversation[];
  readonly position: string;
  readonly ref?: string;
}

export interface SyncDone {
  readonly type: 'sync.done';
  readonly messages: readonly StoredMessage[];
  readonly changed: readonly StoredMessage[];
  readonly changes: Readonly<Record<string, number>>;
  readonly resets: readonly string[];
  /** The groups of the request that the user is not in. Older servers send none. */
  readonly gone: readonly string[];
  readonly conversations: readonly Conversation[];
  readonly position: string;
  readonly ref?: string;
}

export interface Presence {
  readonly user_id: string;
  readonly online: boolean;
  readonly last_seen: string | null;
}

export interface PresenceReply {
  readonly type: 'presence';
  readonly users: readonly Presence[];
  readonly ref?: string;
}

export interface AuthRefreshed {
  readonly type: 'auth.refreshed';
  readonly expires_at: string;
  readonly ref?: string;
}

export interface Pong {
  readonly type: 'pong';
  readonly time: string;
  readonly restored?: true;
  readonly ref?: string;
}

export interface SessionEnded {
  readonly type: 'session.ended';
  readonly detail: string;
}

export interface ChatMessages {
  readonly type: 'chat.messages';
  readonly conversation: string;
  readonly sender: string;
  readonly sender_id: string;
  readonly messages: readonly ToldMessage[];
}

export interface ToldMessage {
  readonly id: string;
  readonly seq: number;
  readonly message: string;
  readonly created_at: string;
  readonly read?: number;
  readonly change?: number;
  readonly version?: number;
  readonly edited_at?: string;
  readonly deleted_at?: string;
  readonly reactions?: readonly Reaction[];
  readonly reply_to?: number;
  readonly mentions?: Mentions;
  readonly custom?: Custom;
  readonly client_id?: string;
}

export interface MessagesSent {
  readonly type: 'messages.sent';
  readonly conversation: string;
  readonly results: readonly MessageResult[];
  readonly ref?: string;
}

export interface MessageResult {
  readonly client_id: string;
  readonly status: 'stored' | 'repeated' | 'refused' | 'not_tried';
  readonly id?: string;
  readonly seq?: number;
  readonly message?: string;
  readonly created_at?: string;
  readonly read?: number;
  readonly change?: number;
  readonly version?: number;
  readonly edited_at?: string;
  readonly deleted_at?: string;
  readonly reactions?: readonly Reaction[];
  readonly reply_to?: number;
  readonly mentions?: Mentions;
  readonly custom?: Custom;
  readonly code?: string;
  readonly detail?: string;
  readonly retry_after?: number;
}

export interface MessageChanged {
  readonly type: 'message.changed';
  readonly conversation: string;
  readonly change: number;
  readonly changes?: readonly number[];
  readonly message: StoredMessage;
}

export interface ChangedReply {
  readonly type: 'message.changed';
  readonly conversation: string;
  /** 0 if the message has never changed. */
  readonly change: number;
  readonly message: StoredMessage;
  readonly ref?: string;
}

/** The user has changed their own settings of a conversation, on any device. */
export interface SettingsChanged {
  readonly type: 'conversation.settings';
  readonly conversation: string;
  readonly settings: Settings;
}

export interface ConnectionReplaced {
  readonly type: 'connection.replaced';
  readonly detail: string;
}

export interface DeviceError {
  readonly type: 'error';
  readonly code: string;
  readonly detail: string;
  readonly retry_after?: number;
  readonly errors?: Readonly<Record<string, readonly string[]>>;
  /** The message as it is now. Only with `version_conflict`. */
  readonly present?: StoredMessage;
  readonly ref?: string;
}

export type Frame =
  | ChatMessage
  | MessageSent
  | ReadReply
  | ReceivedReply
  | TypeReply
  | SyncPage
  | SyncDone
  | PresenceReply
  | AuthRefreshed
  | Pong
  | ChatMessages
  | MessagesSent
  | MessageChanged
  | ChangedReply
  | SettingsChanged
  | SessionEnded
  | ConnectionReplaced
  | DeviceError;
