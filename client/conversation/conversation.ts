import type { Action, Frame } from '../contract/frame-types.ts';
import {
  type CreatedInvitation,
  fieldsOf,
  type GroupChange,
  type Invitation,
  type InvitationList,
  type NewInvitation,
  type Role,
  type StoredMessage,
} from '../contract/http-types.ts';
import { hasCode, notInvited, notLoggedIn, notMember, ParleyError } from '../errors.ts';
import { canBeIn, isGroupId, isId, isPathPart, pathOf } from '../ids.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { singleFlight } from '../locks.ts';
import { type Observable, observable, setList } from '../observable.ts';
import { plain } from '../outbox/changes.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Extras, UnsentReaction } from '../outbox/outbox-store.ts';
import type { ReceiptStore } from '../receipts.ts';
import type { Retry } from '../retry.ts';
import type { SettingsStore } from '../settings.ts';
import { createLogReader } from './log-reader.ts';
import { createMembers } from './members.ts';
import { isSame, type Message, storedMessage, unsentMessage } from './message.ts';
import { createQuotes } from './quotes.ts';
import { createTyping } from './typing.ts';

export type ConversationStore = ReturnType<typeof createConversation>;

interface Options {
  readonly id: string;
  readonly ownId: () => string;
  readonly get: <T>(path: string) => Promise<T>;
  readonly send: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  readonly outbox: Outbox;
  readonly receipts: ReceiptStore;
  readonly inbox: Inbox;
  readonly settings: SettingsStore;
  /** Messages were fetched. */
  readonly onMessages: (messages: readonly StoredMessage[]) => void;
  readonly request: (action: Action) => Promise<Frame>;
  /** Fetches missed changes. */
  readonly sync: () => Promise<void>;
  /** The user is not in this group any more. */
  readonly onGone: () => void;
  readonly retry: Retry;
  readonly now: () => number;
}

/**
 * Makes keys unique. The server finds a repeated `client_id` among the last 100 messages only, so a device that uses
 * one twice may store two messages with it.
 */
function distinct(list: readonly Message[]): readonly Message[] {
  const keys = new Set<string>();
  return list.map((message) => {
    const key = keys.has(message.key) ? `${message.key} ${message.seq}` : message.key;
    keys.add(key);
    return key === message.key ? message : { ...message, key };
  });
}

/** One conversation. Its messages are live while it is open. */
export function createConversation(options: Options) {
  const { id, ownId, outbox, receipts, inbox, settings, request, now, retry, onGone } = options;
  const messages = observable<readonly Message[]>([]);
  const hasOlder = observable(false);
  const isLoaded = observable(false);
  const isGone = observable(false);
  const typing = createTyping(() => request({ action: 'typing', conversation: id }), now);
  /** Acknowledged messages with a gap before them. */
  const early = new Map<string, StoredMessage>();
  let shown = new Map<string, Message>();
  let users = 0;

  /** How the messages show now, with what the user wants of them. */
  const withWaiting = () => {
    const changes = outbox.changesOf(id);
    const reactions = outbox.reactionsOf(id);
    const read = receipts.of(id);
    return (message: StoredMessage) =>
      storedMessage(message, read, ownId(), changes.get(message.seq), reactions.get(message.seq));
  };

  /** `acknowledged`: a message that may not be in the log yet. */
  const render = (acknowledged?: StoredMessage) => {
    if (acknowledged && users > 0) early.set(acknowledged.client_id ?? acknowledged.id, acknowledged);
    const { log } = reader;
    for (const [key, { seq }] of early) if (seq <= (log.last ?? 0)) early.delete(key);
    const shownAs = withWaiting();
    const stored = [...log.messages, ...[...early.values()].map(log.present)].map(shownAs);
    const own = new Set(stored.flatMap(({ key, isOwn }) => (isOwn ? [key] : [])));
    const list = distinct([
      ...stored,
      // A message that another tab has sent may be in the log before this tab learns that it is stored.
      ...outbox
        .of(id)
        .map(unsentMessage)
        .filter(({ key }) => !own.has(key)),
    ]).map((message) => {
      // An unchanged message stays the same object, so that a list renders only changed ones.
      const before = shown.get(message.key);
      return isSame(before, message) ? before : message;
    });
    shown = new Map(list.map((message) => [message.key, message]));
    setList(messages, list);
    quotes.render(shownAs);
    hasOlder.set(reader.hasOlder());
    isLoaded.set(log.last !== undefined);
  };
  const members = createMembers({
    ...options,
    isWanted: () => users > 0 && !isGone.value,
    mark: settings.mark,
    onLoaded(entry, mark) {
      inbox.merge([entry], mark);
      render();
    },
  });
  const reader = createLogReader({ ...options, onMissed: members.outdate, onChange: render });
  const ensureLoaded = () =>
    reader.ensureLoaded().catch((error: unknown) => {
      if (isGroupId(id) && hasCode(error, 'conversation_not_found')) onGone();
      throw error;
    });

  /** The log has no gap, so the place follows from its first message. */
  const loadedAt = (seq: number) => {
    const message = messages.value[seq - reader.log.first];
    return message?.seq === seq ? message : undefined;
  };
  const quotes = createQuotes({ reader, retry, loadedAt, shownNow: withWaiting });

  const beginning = singleFlight();
  /** Tries until the log has begun, while it is open and there is a connection. The next connection continues. */
  const begin = () => {
    quotes.again();
    members.follow();
    return beginning.run(() => retry.persist(ensureLoaded, () => users > 0 && !isGone.value));
  };

  const forget = () => {
    beginning.reset();
    reader.reset();
    quotes.forget();
    members.reset();
    early.clear();
    typing.endAll();
    render();
  };

  /** @throws ParleyError if it is not shown */
  const shownAt = (key: string) => {
    if (!ownId()) throw notLoggedIn();
    const message = shown.get(key);
    // What happened to a group cannot be changed.
    if (!message || message.event)
      throw new ParleyError('message_not_found', 'There is no such message here.');
    return message;
  };
  const deletedError = () => new ParleyError('message_deleted', 'This message is deleted.');

  /** @throws ParleyError if the message is not shown, or the user may not change it */
  const change = (key: string, text?: string) => {
    const message = shownAt(key);
    const { role } = inbox.groupOf(id) ?? {};
    const mayDelete = text === undefined && (role === 'owner' || role === 'moderator');
    if (!message.isOwn && !mayDelete)
      throw new ParleyError('not_your_message', 'Only its sender may change a message.');
    const isDeleted = message.deletedAt !== undefined;
    if (isDeleted && text !== undefined) throw deletedError();
    if (!isDeleted && (text !== message.text || message.reason)) outbox.change(ownId(), id, message, text);
  };

  /** @throws ParleyError if the message is not shown, not stored yet, or deleted */
  const react = (key: string, emoji: string, wish: UnsentReaction['wish']) => {
    // Twice: the first time may only drop the opposite wish, and another device of the user may have fulfilled that already.
    for (let times = 0; times < 2; times += 1) {
      const { seq, deletedAt, reactions } = shownAt(key);
      if (seq === undefined) throw new ParleyError('message_not_found', 'This message is not stored yet.');
      if (deletedAt !== undefined) throw deletedError();
      const isThere = reactions.some((one) => one.isOwn && plain(one.emoji) === plain(emoji));
      if (isThere === (wish === 'react')) return;
      outbox.react(ownId(), id, { key, seq, emoji, wish });
    }
  };

  /** Changes the group over HTTP. */
  const changeGroup = async <T = void>(method: string, path = '', body?: unknown): Promise<T> => {
    if (!isGroupId(id)) throw new ParleyError('not_a_group', 'This conversation is not a group.');
    return options.send<T>(method, pathOf(id) + path, body);
  };
  const update = async (change: GroupChange): Promise<void> => {
    await changeGroup('PATCH', '', fieldsOf('GroupChange', change));
    // Without a socket, no event tells of it.
    members.outdate();
  };
  const memberPath = (userId: string) => {
    // Without an id, or with a dot, the path would be another one.
    if (!isId(userId)) throw new ParleyError('user_not_found', 'This is not the id of a user.');
    return `/members/${userId}`;
  };
  const removeMember = async (userId: string): Promise<void> => {
    await changeGroup('DELETE', memberPath(userId));
    if (userId === ownId()) onGone();
    else members.outdate();
  };

  const handle = {
    id,
    /** The log in order and without a gap, then the messages that are unsent or were refused. */
    messages: messages as Observable<readonly Message[]>,
    /** There are older messages before the first one. */
    hasOlder: hasOlder as Observable<boolean>,
    isLoaded: isLoaded as Observable<boolean>,
    /** Another member is typing. */
    typing: typing.isTyping,
    /** The ids of the others who are typing. */
    typists: typing.users,
    /**
     * Those who are in the group, and after them those who were. They are live while it is open. Empty until they are loaded, and in
     * a conversation of two.
     */
    members: members.list,
    /** The description and the picture of the group, in the same way. */
    about: members.about,
    /** The user's own settings of the conversation. They follow all their devices. */
    settings: settings.of(id),
    ...settings.changes(id),
    /** The user is not in this group, or not any more. Then it has no messages here, and is not in the inbox. */
    isGone: isGone as Observable<boolean>,
    /**
     * Loads the newest messages and keeps them live. Rejects if they cannot be loaded now. They are then loaded later,
     * except after `conversation_not_found`: the user who is logged in has no such conversation.
     */
    async open(): Promise<void> {
      // Messages that were loaded while it was closed may be out of date.
      if (users === 0) reader.reset();
      users += 1;
      isGone.set(false);
      settings.opened(id);
      await ensureLoaded().catch((error: unknown) => {
        void begin();
        throw error;
      });
    },
    /** Call it as often as `open`. After the last call the conversation is no longer live and drops its messages. */
    close(): void {
      users = Math.max(0, users - 1);
      if (users > 0) return;
      forget();
    },
    /** Loads `limit` older messages. Before the conversation is open, loads the newest ones. */
    loadOlder: reader.loadOlder,
    /**
     * Loads older messages, 100 at a time, until it holds this one: for a jump to the first unread message. Loads
     * nothing if that is more than 2,000 back. Resolves with whether it holds the message. Rejects if the messages
     * cannot be loaded now.
     */
    loadBackTo: reader.loadBackTo,
    /**
     * The message with this `seq` as it is now, for what an answer quotes. Undefined until it is known, null if there is none. While
     * the conversation is open and somebody subscribes, one that is not loaded is fetched, and follows all changes.
     */
    messageAt: quotes.at,
    /**
     * Shows the message at once and sends it as soon as possible. Returns its `key`. Throws if nobody is logged in, or
     * if this is not a conversation of the user who is.
     * @param extras `replyTo`, the `seq` of the message that it answers; in groups `mentions`, ids of members or all; `custom`, your own data
     */
    send(text: string, extras: Extras = {}): string {
      if (!ownId()) throw notLoggedIn();
      if (!canBeIn(id, ownId()) || isGone.value) throw notMember();
      return outbox.add(ownId(), id, text, extras);
    },
    /**
     * Gives an own message another text: shows it at once, and sends it as soon as possible.
     * @throws ParleyError `message_not_found` if no such message is loaded, `not_your_message`, `message_deleted`
     */
    edit: (key: string, text: string): void => change(key, text),
    /**
     * Deletes an own message for all members, in the same way. An unsent one is not sent. Owners and moderators of a group may delete
     * those of others.
     * @throws ParleyError `message_not_found`, `not_your_message`
     */
    remove: (key: string): void => change(key),
    /**
     * Reacts to a message of any member: shows it at once, and sends it as soon as possible.
     * @throws ParleyError `message_not_found` if no such message is loaded, or not stored yet; `message_deleted`
     */
    react: (key: string, emoji: string): void => react(key, emoji, 'react'),
    /**
     * Takes an own reaction back, in the same way.
     * @throws ParleyError `message_not_found`, `message_deleted`
     */
    unreact: (key: string, emoji: string): void => react(key, emoji, 'unreact'),
    /** Sends a failed message once more, or what was refused of another one. That changes what the message is now. */
    retry: outbox.retry,
    /** Removes a failed message, or forgets a refused edit, removal or reaction. */
    discard: outbox.discard,
    /** The user has read up to here, or everything. */
    markRead(seq = reader.log.last): void {
      if (seq) receipts.read(id, seq);
    },
    /** Call it at each key. The other members hear of it every 3 s at most. */
    type: typing.own,
    /** Gives the group another title. The methods for groups throw ParleyError `not_allowed` if the role of the user does not do. */
    rename: (title: string): Promise<void> => update({ title }),
    /** Changes only the given fields. An empty description or picture removes it. Only owners may change `who`. */
    update,
    /** Deletes the group for all its members, with all its messages. */
    async dissolve(): Promise<void> {
      await changeGroup('DELETE');
      onGone();
    },
    /**
     * Makes an invitation: with its `token`, users can join the group by themselves.
     * @throws ParleyError `too_many_invitations`
     */
    createInvitation: (invitation: NewInvitation = {}): Promise<CreatedInvitation> =>
      changeGroup('POST', '/invitations', fieldsOf('NewInvitation', invitation)),
    /** The invitations that work, the newest first, without their tokens. */
    invitations: async (): Promise<readonly Invitation[]> =>
      (await changeGroup<InvitationList>('GET', '/invitations')).results,
    /** Makes an invitation useless. */
    async revokeInvitation(invitation: string): Promise<void> {
      if (!isPathPart(invitation)) throw notInvited();
      await changeGroup('DELETE', `/invitations/${invitation}`);
    },
    /**
     * Adds a user to the group, as a member if no role is given, or gives a member another role.
     * @throws ParleyError `user_not_found`, `cannot_write_to_user`, `group_full`, `last_owner`
     */
    async putMember(userId: string, role?: Role): Promise<void> {
      await changeGroup('PUT', memberPath(userId), role ? { role } : {});
      members.outdate();
    },
    /** Removes a member from the group. */
    removeMember,
    /**
     * Leaves the group.
     * @throws ParleyError `last_owner` if there are other members, but no other owner
     */
    leave: (): Promise<void> => removeMember(ownId()),
  };

  return {
    id,
    /** What the application gets. */
    handle,
    typing,
    render,
    begin,
    isOpen: () => users > 0 && !isGone.value,
    last: () => reader.log.last,
    held: reader.held,
    reach: reader.reach,
    /** Changes were missed that the server no longer tells. Keeps what it shows until it has begun anew. */
    restart(): void {
      reader.outdate();
      void begin();
    },
    /** A frame has told these changes, and `receive` has their message. */
    tell(changes: readonly number[]): void {
      if (users > 0) reader.tell(changes);
    },
    receive(received: readonly StoredMessage[]): void {
      if (users === 0) return;
      const { last = 0 } = reader.log;
      if (received.some(({ event, seq }) => event && seq > last)) members.outdate();
      reader.add(received);
    },
    /** The user is not in this group any more. */
    end(): void {
      isGone.set(true);
      forget();
    },
    /** The user is in this group again. */
    rejoin(): void {
      if (!isGone.value) return;
      isGone.set(false);
      if (users > 0) void begin();
    },
    reset(): void {
      users = 0;
      isGone.set(false);
      forget();
    },
  };
}
