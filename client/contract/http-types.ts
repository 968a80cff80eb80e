/** The bodies of openapi.yaml that this library uses. A test compares the two. */

export interface Registration {
  readonly email: string;
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly password: string;
  readonly password2: string;
}

/** A new account before its address is verified, where that is required. */
export interface SignUp {
  readonly email: string;
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
}

export interface Account extends SignUp {
  readonly id: string;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** A random secret of the device, always the same. Who guesses the password cannot keep a device out that was in before. */
  readonly device_id?: string;
}

export interface TokenPair {
  readonly access: string;
  readonly refresh: string;
}

export interface Profile {
  readonly id: string;
  /** Null for a user of another issuer, if that has verified none. */
  readonly email: string | null;
  readonly email_verified: boolean;
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly presence: 'shown' | 'hidden';
  readonly created_at: string;
  readonly has_password: boolean;
  /** Whether the user is a moderator. Absent if not. */
  readonly staff?: boolean;
}

export interface PasswordChange {
  /** The present one. */
  readonly password: string;
  readonly new_password: string;
}

export interface ProfileChange {
  readonly first_name?: string;
  readonly last_name?: string;
  readonly presence?: 'shown' | 'hidden';
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly deleted?: true;
}

export interface UserWithPresence {
  readonly id: string;
  readonly username: string;
  readonly online: boolean;
  readonly last_seen: string | null;
  readonly deleted?: true;
  /** You block this user. */
  readonly blocked?: true;
}

export interface BlockList {
  readonly results: readonly User[];
}

export interface UserPage {
  readonly count: number | null;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly User[];
}

export interface UserSession {
  readonly id: string;
  readonly device: string;
  readonly address: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly current: boolean;
}

export interface SessionList {
  readonly results: readonly UserSession[];
}

export interface LastMessage {
  readonly id: string;
  readonly seq: number;
  readonly sender_id: string;
  readonly message: string;
  readonly created_at: string;
  readonly change?: number;
  readonly version?: number;
  readonly edited_at?: string;
  readonly deleted_at?: string;
  readonly event?: GroupEvent;
}

/** What happened to a group. The sender of the message did it, and its text is empty. */
export interface GroupEvent {
  /** `created`, `joined`, `left`, `removed`, `renamed`, `role`, `changed` or `dissolved`. A newer server may have further ones. */
  readonly type: string;
  /** Of `created` and `renamed`, and of `changed` if the title has changed. */
  readonly title?: string;
  /** The ids of those whom it is about. Absent if it is about the group. */
  readonly users?: readonly string[];
  /** Of `role`. */
  readonly role?: 'owner' | 'moderator' | 'member' | 'reader';
  /** Of `changed`: what has changed, of `title`, `description`, `picture` and `who`. */
  readonly fields?: readonly GroupField[];
}

export type GroupField = 'title' | 'description' | 'picture' | 'who';

export interface PairConversation {
  readonly id: string;
  /** Older servers send none. */
  readonly kind: 'pair';
  readonly peer: UserWithPresence;
  readonly last_message: LastMessage;
  readonly unread: number;
  readonly read: number;
  readonly received: number;
  readonly peer_read: number;
  readonly peer_received: number;
  /** Absent if none is set. */
  readonly settings?: Settings;
}

export interface SettingsChange {
  /** A time, `forever`, or null. */
  readonly muted_until?: string | null;
  readonly pinned?: boolean;
  readonly archived?: boolean;
  readonly unread?: boolean;
}

export interface GroupChange {
  readonly title?: string;
  /** Up to 500 characters. An empty one removes it. */
  readonly description?: string;
  /** The https URL of a picture. An empty one removes it. */
  readonly picture?: string;
  readonly who?: Partial<Who>;
}

export interface GroupConversation {
  readonly id: string;
  readonly kind: 'group';
  readonly title: string;
  readonly role: 'owner' | 'moderator' | 'member' | 'reader';
  /** The first message that the user may see. */
  readonly first_seq: number;
  readonly last_message: LastMessage;
  readonly unread: number;
  /** Unread messages that mention the user, by name or with all. Absent if there is none. */
  readonly mentions?: number;
  readonly read: number;
  readonly received: number;
  /** Absent if there is none, and in the inbox. */
  readonly description?: string;
  /** The address of a picture. Absent if there is none, and in the inbox. */
  readonly picture?: string;
  /** Absent in the inbox, and from older servers. */
  readonly who?: Who;
  /** Absent if none is set. */
  readonly settings?: Settings;
  /** Absent in the inbox. */
  readonly members?: readonly GroupMember[];
  /** Those who were members. Absent in the inbox. */
  readonly former?: readonly User[];
}

/** The lowest role that has each of these rights. */
export interface Who {
  readonly write: 'owner' | 'moderator' | 'member';
  readonly add: 'owner' | 'moderator' | 'member';
  readonly rename: 'owner' | 'moderator' | 'member';
}

/** The user's own settings of a conversation. Absent while none is set. */
export interface Settings {
  /** A time in the past counts as null. */
  readonly muted_until: string | null;
  readonly pinned_at: string | null;
  /** It is archived while its last message is not newer. */
  readonly archived_at: string | null;
  readonly unread: boolean;
}

export interface GroupMember {
  readonly id: string;
  readonly username: string;
  readonly role: 'owner' | 'moderator' | 'member' | 'reader';
  readonly deleted?: true;
}

/** What a member of a group may do. */
export type Role = GroupMember['role'];

export type Conversation = PairConversation | GroupConversation;

/** Those that this library can show. A newer server has further kinds, and an older one tells no kind. */
export const knownOf = (all: readonly Conversation[]): readonly Conversation[] =>
  all.filter(({ kind = 'pair' }) => kind === 'pair' || kind === 'group');

export interface NewGroup {
  readonly kind: 'group';
  /** Up to 100 characters. */
  readonly title: string;
  /** The ids of up to 20 others. More can be added later. */
  readonly members: readonly string[];
  /** Whether members who are added later see older messages, too: `all`. Otherwise `since_joining`. Default: `all`. */
  readonly history?: 'all' | 'since_joining';
  /** A name of this request, such as a UUID. The same user creates one group with it, however often they try. */
  readonly key?: string;
}

export interface ConversationPage {
  readonly next: string | null;
  readonly results: readonly Conversation[];
  /** On the first page. They are also in `results`, each in its place. */
  readonly pinned?: readonly Conversation[];
}

export interface NewInvitation {
  /** In seconds, from 300 to 2,592,000. Default: 604,800, a week. */
  readonly expires_in?: number;
  /** Up to 1,000. Default: 100. */
  readonly max_uses?: number;
  /** Default: `member`. */
  readonly role?: 'member' | 'reader';
}

/** A link by which others can join a group. */
export interface Invitation {
  readonly id: string;
  readonly role: 'member' | 'reader';
  readonly expires_at: string;
  readonly max_uses: number;
  readonly uses: number;
  /** The id of the user. */
  readonly created_by: string;
}

export interface CreatedInvitation extends Invitation {
  /** For the link. Nobody can read it again. */
  readonly token: string;
}

export interface InvitationList {
  readonly results: readonly Invitation[];
}

/** An invitation as those see it who have its link. */
export interface OpenInvitation {
  readonly conversation: InvitedTo;
  readonly role: 'member' | 'reader';
  readonly expires_at: string;
  readonly invited_by: User;
}

export interface InvitedTo {
  readonly id: string;
  readonly title: string;
  /** How many there are. */
  readonly members: number;
}

export interface StoredMessage {
  readonly id: string;
  readonly conversation: string;
  readonly seq: number;
  readonly message: string;
  readonly sender_id: string;
  readonly created_at: string;
  /** Up to here its sender had read before they wrote it. */
  readonly read?: number;
  readonly client_id?: string;
  /** The number of its last change. Of two states, the one with the higher number is newer. Absent: as it was written. */
  readonly change?: number;
  /** Absent: 1. */
  readonly version?: number;
  readonly edited_at?: string;
  /** Then `message` is empty. */
  readonly deleted_at?: string;
  readonly reactions?: readonly Reaction[];
  /** The `seq` of the earlier message that it answers. */
  readonly reply_to?: number;
  /** In groups: whom it mentions. */
  readonly mentions?: Mentions;
  /** The product's own data. */
  readonly custom?: Custom;
  /** In groups: what its sender did. Then `message` is empty. */
  readonly event?: GroupEvent;
}

/** A product's own data: a JSON object of at most 2 KB. */
export type Custom = Readonly<Record<string, unknown>>;

/** Members of a group whom a message mentions by their ids, or all of them. */
export interface Mentions {
  readonly users?: readonly string[];
  readonly all?: true;
}

export interface Reaction {
  readonly emoji: string;
  /** Who has reacted with it, in that order. */
  readonly users: readonly string[];
}

export interface MessageWindow {
  readonly last_seq: number;
  /** The page holds all changes up to it. Absent with `before` and `after`. */
  readonly last_change?: number;
  readonly older: string | null;
  readonly newer: string | null;
  readonly results: readonly StoredMessage[];
}

/** The first line of an export. */
export interface ExportBegin {
  readonly type: 'export';
  readonly user_id: string;
  /** It has no later message. */
  readonly created_at: string;
}

export interface ExportedProfile extends Profile {
  readonly type: 'profile';
  readonly staff: boolean;
  readonly issuer: string | null;
  readonly online: boolean;
  readonly last_seen: string | null;
  /** The ids of those whom you block. */
  readonly blocks: readonly string[];
}

export interface ExportedSession extends UserSession {
  readonly type: 'session';
}

export interface ExportedSecurityEvent {
  readonly type: 'security_event';
  readonly event: string;
  readonly created_at: string;
  readonly operation: string;
  readonly device: string;
  readonly address: string;
  /** Id of the session that began or ended. */
  readonly session?: string;
  /** The id of whom you blocked, or no longer block, or whose events you read as staff. */
  readonly other?: string;
}

/** What you have reported. */
export interface ExportedReport {
  readonly type: 'report';
  readonly id: string;
  readonly created_at: string;
  /** The id of the reported user. */
  readonly user: string;
  /** Null if you reported the user. */
  readonly message: MessagePlace | null;
  readonly reason: string;
  /** In your words. */
  readonly text: string | null;
}

export interface ExportedConversation {
  readonly type: 'conversation';
  readonly id: string;
  readonly kind: 'pair' | 'group';
  /** Of a pair, and so are `peer_read` and `peer_received`. */
  readonly peer?: User;
  /** Of a group, and so is `role`. */
  readonly title?: string;
  readonly role?: 'owner' | 'moderator' | 'member' | 'reader';
  readonly read: number;
  readonly received: number;
  readonly peer_read?: number;
  readonly peer_received?: number;
  readonly settings?: Settings;
}

export interface ExportedMessage extends StoredMessage {
  readonly type: 'message';
}

/** The last line. Without it, the export is not complete. */
export interface ExportEnd {
  readonly type: 'end';
}

/** A newer server may send further types. */
export type ExportLine =
  | ExportBegin
  | ExportedProfile
  | ExportedSession
  | ExportedSecurityEvent
  | ExportedReport
  | ExportedConversation
  | ExportedMessage
  | ExportEnd;

/** One of their messages, in a conversation of yours. */
export interface MessagePlace {
  readonly conversation: string;
  readonly seq: number;
}

export interface NewReport {
  /** The id of the reported user. */
  readonly user: string;
  readonly message?: MessagePlace;
  /** `spam`, `harassment`, `violence`, `sexual`, `illegal` or `other`. */
  readonly reason: string;
  /** In your words: up to 1,000 characters. */
  readonly text?: string;
}

export interface ReportReceipt {
  readonly id: string;
  readonly created_at: string;
}

/** A user as moderators see them. */
export interface ModeratedUser {
  readonly id: string;
  readonly username: string;
  readonly deleted?: true;
  readonly suspended?: true;
}

export interface MessageBeside {
  readonly seq: number;
  readonly sender: string;
  readonly sender_id: string;
  /** Its beginning. */
  readonly message: string;
  readonly created_at: string;
}

export interface ReportedMessage {
  readonly conversation: string;
  readonly seq: number;
  readonly sender: string;
  readonly sender_id: string;
  readonly message: string;
  readonly created_at: string;
  readonly around: readonly MessageBeside[];
}

export interface NewResolution {
  readonly action: 'dismissed' | 'warned' | 'suspended';
  /** For other moderators: up to 1,000 characters. */
  readonly note?: string;
}

export interface Resolution {
  readonly action: 'dismissed' | 'warned' | 'suspended';
  readonly note: string | null;
  readonly by: ModeratedUser;
  readonly created_at: string;
}

export interface Report {
  readonly id: string;
  readonly created_at: string;
  readonly reason: string;
  readonly text: string | null;
  readonly reporter: ModeratedUser;
  readonly user: ModeratedUser;
  /** Null if only the user is reported. */
  readonly message: ReportedMessage | null;
  /** Null while it is open. */
  readonly resolution: Resolution | null;
}

export interface ReportPage {
  readonly next: string | null;
  readonly results: readonly Report[];
}

export interface SecurityEvent {
  readonly event: string;
  readonly created_at: string;
  readonly operation: string;
  readonly device: string;
  readonly address: string;
  readonly session?: string;
  /** The id of whom the user blocked, or no longer blocks, or whose events they read as staff. */
  readonly other?: string;
  /** Who did it, if not the user: the id of a member of the staff, or `operator`. */
  readonly by?: string;
}

export interface SecurityEventPage {
  readonly next: string | null;
  readonly results: readonly SecurityEvent[];
}

/** The fields of request bodies. The server refuses unknown fields. A test compares the lists with openapi.yaml. */
export const REQUEST_FIELDS = {
  Registration: ['email', 'username', 'first_name', 'last_name', 'password', 'password2'],
  Credentials: ['email', 'password', 'device_id'],
  PasswordChange: ['password', 'new_password'],
  ProfileChange: ['first_name', 'last_name', 'presence'],
  NewGroup: ['kind', 'title', 'members', 'history', 'key'],
  GroupChange: ['title', 'description', 'picture', 'who'],
  NewInvitation: ['expires_in', 'max_uses', 'role'],
  NewReport: ['user', 'message', 'reason', 'text'],
  NewResolution: ['action', 'note'],
} as const satisfies {
  Registration: readonly (keyof Registration)[];
  Credentials: readonly (keyof Credentials)[];
  PasswordChange: readonly (keyof PasswordChange)[];
  ProfileChange: readonly (keyof ProfileChange)[];
  NewGroup: readonly (keyof NewGroup)[];
  GroupChange: readonly (keyof GroupChange)[];
  NewInvitation: readonly (keyof NewInvitation)[];
  NewReport: readonly (keyof NewReport)[];
  NewResolution: readonly (keyof NewResolution)[];
};

/** Drops all other fields: the application may pass a form's values or a row of its own. */
export function fieldsOf(name: keyof typeof REQUEST_FIELDS, given: object): object {
  const fields: readonly string[] = REQUEST_FIELDS[name];
  return Object.fromEntries(Object.entries({ ...given }).filter(([field]) => fields.includes(field)));
}
