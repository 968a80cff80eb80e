import { may, requireRight } from '../conversations/rights.ts';
import { EditTooLate, MessageDeleted, VersionConflict } from '../errors.ts';
import {
  applyChange,
  type ChangeDependencies,
  type MessagePlace,
  requireOwn,
  type Telling,
} from './apply-change.ts';
import { type Custom, isSameCustom } from './custom.ts';
import { isDeleted, type Message } from './message.ts';

export interface EditDependencies extends ChangeDependencies {
  /** A message may be edited for so long after it was sent; undefined: for ever. */
  readonly editSeconds: number | undefined;
}

export interface Edit extends MessagePlace {
  readonly text: string;
  /** Left out it stays as it is, and null removes it. */
  readonly custom?: Custom | null | undefined;
  /** The version that is edited. */
  readonly version: number;
}

/**
 * Gives an own message another text, or other data. An edit that is sent again, or that changes nothing, has the present state as its answer.
 * @throws MessageNotFound, NotYourMessage, MessageDeleted
 * @throws VersionConflict if the message has another version by now
 * @throws EditTooLate, NotAllowed
 * @throws CannotWriteToUser while one of the two blocks the other, and AccountDeleted
 * @throws Busy if others kept changing messages of the conversation; nothing was stored
 */
export function editMessage(dependencies: EditDependencies, edit: Edit, telling: Telling): Promise<Message> {
  const { conversation, text, version } = edit;
  const { editSeconds, now } = dependencies;
  return applyChange(dependencies, edit, telling, ({ entry, requireAllowed }) => {
    requireOwn(entry, conversation);
    requireRight(conversation, 'write');
    if (isDeleted(entry)) throw new MessageDeleted();
    const present = entry.changed?.version ?? 1;
    const custom = edit.custom === undefined ? entry.custom : (edit.custom ?? undefined);
    const isSame = entry.text === text && isSameCustom(entry.custom, custom);
    const isRepeat = isSame && (present === version || present === version + 1);
    if (isRepeat) return undefined;
    if (present !== version) throw new VersionConflict(entry);
    const at = now();
    if (editSeconds !== undefined && at.getTime() > Date.parse(entry.createdAt) + editSeconds * 1000) {
      throw new EditTooLate();
    }
    requireAllowed();
    const editedAt = at.toISOString();
    return { text, custom, changed: { ...entry.changed, version: version + 1, editedAt } };
  });
}

/**
 * Deletes the text and the data of an own message, or as a moderator those of any message, and the reactions to it. It
 * then mentions nobody. Its number stays, so the log keeps no gap. To delete twice is to delete once.
 * @throws MessageNotFound, NotYourMessage
 * @throws Busy if others kept changing messages of the conversation; nothing was stored
 */
export function deleteMessage(
  dependencies: ChangeDependencies,
  place: MessagePlace,
  telling: Telling,
): Promise<Message> {
  return applyChange(dependencies, place, telling, ({ entry }) => {
    if (!may(place.conversation, 'delete')) requireOwn(entry, place.conversation);
    if (isDeleted(entry)) return undefined;
    const deletedAt = dependencies.now().toISOString();
    const changed = { version: entry.changed?.version ?? 1, deletedAt };
    return { text: '', mentions: undefined, custom: undefined, changed };
  });
}
