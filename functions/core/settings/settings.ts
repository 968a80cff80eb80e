import type { Conversation } from '../conversations/conversation.ts';

/** What a member has set for a conversation. Nobody else sees it. Times are ISO 8601 UTC. */
export interface ConversationSettings {
  /** Devices do not draw the member's attention to it until then. */
  readonly mutedUntil?: string | undefined;
  readonly pinnedAt?: string | undefined;
  /** Devices show it as archived while its last message is not newer. So a new message brings it back, without a write. */
  readonly archivedAt?: string | undefined;
  /** Whether the member has marked it as unread. */
  readonly unread: boolean;
}

export const NO_SETTINGS: ConversationSettings = { unread: false };

/** The last millisecond that these times can name. */
export const FOREVER = '9999-12-31T23:59:59.999Z';

/** A member has so many pinned conversations at a time. */
export const MAX_PINS = 10;

/** What is left out stays as it is. */
export interface SettingsChange {
  /** Null: not any more. */
  readonly mutedUntil?: string | null | undefined;
  readonly pinned?: boolean | undefined;
  /** Archives it at this moment, also if it was archived before. */
  readonly archived?: boolean | undefined;
  readonly unread?: boolean | undefined;
}

/** Whose settings of which conversation. */
export interface SettingsPlace {
  readonly userId: string;
  readonly conversation: Pick<Conversation, 'id' | 'kind'>;
}

export interface SettingsStore {
  /**
   * Changes the settings. A conversation that is pinned stays pinned since the first time.
   * @returns what they are then. `not a member`, and stores nothing, for a group that the user has left, and `full` for a user who
   *   has pinned so many already
   */
  change(
    place: SettingsPlace,
    change: SettingsChange,
    more: { readonly now: Date; readonly mostPins: number },
  ): Promise<ConversationSettings | 'not a member' | 'full'>;
}

export interface PinReader {
  /**
   * Ids of the conversations that a user has pinned. One that they have pinned no longer may be among them: a group that they have
   * left. Eventually consistent.
   */
  pinsOf(userId: string): Promise<readonly string[]>;
}

/** The settings at a time: a mute ends by itself. */
export function settingsAt(settings: ConversationSettings, now: Date): ConversationSettings {
  const { mutedUntil, ...others } = settings;
  return mutedUntil !== undefined && mutedUntil > now.toISOString() ? settings : others;
}

/** Whether one of them is set. */
export function areSet({ mutedUntil, pinnedAt, archivedAt, unread }: ConversationSettings): boolean {
  return unread || [mutedUntil, pinnedAt, archivedAt].some((time) => time !== undefined);
}
