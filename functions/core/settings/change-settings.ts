import { type OwnConversation, selfOf } from '../conversations/conversation.ts';
import { type TellDependencies, tellDevices } from '../delivery/deliver.ts';
import { ConversationNotFound, TooManyPins, ValidationFailed } from '../errors.ts';
import type { MessageHistory } from '../messages/message.ts';
import {
  type ConversationSettings,
  MAX_PINS,
  type SettingsChange,
  type SettingsStore,
  settingsAt,
} from './settings.ts';

export interface SettingsDependencies extends TellDependencies {
  readonly settings: SettingsStore;
  readonly log: Pick<MessageHistory, 'last'>;
}

/**
 * Changes what a conversation is to one of its members, and tells all of their devices. A change that changes nothing is told, too:
 * the request may be a second try, and the first one may have died before it told.
 * @throws ConversationNotFound if the conversation has no message, or the member has left it meanwhile
 * @throws ValidationFailed for a mute that would be over already
 * @throws TooManyPins
 */
export async function changeOwnSettings(
  dependencies: SettingsDependencies,
  conversation: OwnConversation,
  change: SettingsChange,
  frameFor: (settings: ConversationSettings) => string,
): Promise<ConversationSettings> {
  const { settings, log, now } = dependencies;
  const { id, kind } = conversation;
  const userId = selfOf(conversation);
  const at = now();
  requireFuture(change, at);
  // A group has its first entry from the beginning. Of a pair, its id says nothing.
  if (kind === 'pair' && !(await log.last(conversation))) throw new ConversationNotFound(id);
  const stored = await settings.change({ userId, conversation }, change, { now: at, mostPins: MAX_PINS });
  if (stored === 'not a member') throw new ConversationNotFound(id);
  if (stored === 'full') throw new TooManyPins(MAX_PINS);
  const shown = settingsAt(stored, at);
  await tellDevices(dependencies, [userId], frameFor(shown));
  return shown;
}

/** @throws ValidationFailed */
function requireFuture({ mutedUntil }: SettingsChange, now: Date): void {
  if (typeof mutedUntil !== 'string' || mutedUntil > now.toISOString()) return;
  throw new ValidationFailed({ muted_until: ['Must be in the future.'] });
}
