/** The bodies of openapi.yaml that this library uses. A test compares the two. */

export interface Registration {
  readonly email: string;
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly password: string;
  readonly password2: string;
}

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface TokenPair {
  readonly access: string;
  readonly refresh: string;
}

export interface Profile {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly presence: 'shown' | 'hidden';
  readonly created_at: string;
}

export interface ProfileChange {
  readonly first_name?: string;
  readonly last_name?: string;
  readonly presence?: 'shown' | 'hidden';
}

export interface User {
  readonly id: string;
  readonly username: string;
}

export interface UserWithPresence {
  readonly id: string;
  readonly username: string;
  readonly online: boolean;
  readonly last_seen: string | null;
}

export interface UserPage {
  readonly count: number | null;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly User[];
}

export interface LastMessage {
  readonly id: string;
  readonly seq: number;
  readonly sender_id: string;
  readonly message: string;
  readonly created_at: string;
}

export interface Conversation {
  readonly id: string;
  readonly peer: UserWithPresence;
  readonly last_message: LastMessage;
  readonly unread: number;
  readonly read: number;
  readonly received: number;
  readonly peer_read: number;
  readonly peer_received: number;
}

export interface ConversationPage {
  readonly next: string | null;
  readonly results: readonly Conversation[];
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
}

export interface MessageWindow {
  readonly last_seq: number;
  readonly older: string | null;
  readonly newer: string | null;
  readonly results: readonly StoredMessage[];
}

/** The fields of request bodies. The server refuses unknown fields. A test compares the lists with openapi.yaml. */
export const REQUEST_FIELDS = {
  Registration: ['email', 'username', 'first_name', 'last_name', 'password', 'password2'],
  Credentials: ['email', 'password'],
  ProfileChange: ['first_name', 'last_name', 'presence'],
} as const satisfies {
  Registration: readonly (keyof Registration)[];
  Credentials: readonly (keyof Credentials)[];
  ProfileChange: readonly (keyof ProfileChange)[];
};

/** Drops all other fields: the application may pass a form's values or a row of its own. */
export function fieldsOf(name: keyof typeof REQUEST_FIELDS, given: object): object {
  const fields: readonly string[] = REQUEST_FIELDS[name];
  return Object.fromEntries(Object.entries({ ...given }).filter(([field]) => fields.includes(field)));
}
