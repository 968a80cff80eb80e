import { areSet, type ConversationSettings } from '../core/settings/settings.ts';

/** What a conversation is to one of its members. */
export function settingsBody({ mutedUntil, pinnedAt, archivedAt, unread }: ConversationSettings) {
  return {
    muted_until: mutedUntil ?? null,
    pinned_at: pinnedAt ?? null,
    archived_at: archivedAt ?? null,
    unread,
  };
}

/** The same beside other fields, if one of them is set. */
export function settingsOf(settings: ConversationSettings) {
  return areSet(settings) ? { settings: settingsBody(settings) } : {};
}
