import { describe, expect, it } from 'vitest';
import { whoOf } from '../../../functions/core/conversations/rights.ts';
import { Busy, RateLimited, Unavailable, ValidationFailed } from '../../../functions/core/errors.ts';
import type { InboxEntry } from '../../../functions/core/inbox/inbox.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import { NO_SETTINGS } from '../../../functions/core/settings/settings.ts';
import { historyEntry, syncedMessage } from '../../../functions/protocol/message-bodies.ts';
import {
  conversationBody,
  describedBody,
  errorFrame,
  messageFrame,
  messagesFrame,
  presenceFrame,
  receiptFrame,
  sentFrame,
  sessionEndedFrame,
  typingFrame,
} from '../../../functions/protocol/server-frames.ts';
import { NOON } from '../support/clock.ts';
import { aMessage } from '../support/message-log.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';

/** As the log keeps it: with what only the log needs. */
const entry = {
  id: id(1003),
  conversation: CONVERSATION,
  seq: 3,
  senderId: alice.id,
  text: 'Hello',
  clientId: id(77),
  read: 2,
  createdAt: NOON,
  counts: { 0: 3 },
  rates: { 0: { since: 1, count: 1 } },
  recent: new Uint8Array(2),
};
const { clientId: _, ...nameless } = { ...entry, read: 0 };

const told = {
  id: id(1003),
  conversation: CONVERSATION,
  seq: 3,
  message: 'Hello',
  sender_id: alice.id,
  created_at: NOON,
};

describe('a stored message', () => {
  const shown = { ...told, type: 'chat.message', sender: 'Alice', read: 2 };
  const { read: __, ...unknown } = shown;

  it('is told to its sender with their own name for it and what they had read, if it is known, and without what only the log needs', () => {
    expect(messageFrame(entry, 'Alice', 'sender')).toEqual({ ...shown, client_id: id(77) });
    expect(messageFrame(nameless, 'Alice', 'sender')).toEqual(unknown);
    expect(sentFrame(entry, 'Alice')).toEqual({ ...shown, type: 'message.sent', client_id: id(77) });
  });

  it('is read later by its sender with the name too, by which a client finds its own', () => {
    expect(syncedMessage(entry, alice.id)).toEqual({ ...told, read: 2, client_id: id(77) });
    expect(syncedMessage(nameless, alice.id)).toEqual(told);
  });

  it('is sent to the other member without the client id, at once and later', () => {
    expect(messageFrame(entry, 'Alice', 'others')).toEqual(shown);
    expect(syncedMessage(entry, bob.id)).toEqual({ ...told, read: 2 });
    expect(historyEntry(entry, alice, bob)).not.toHaveProperty('client_id');
  });
});

describe('what happens around messages', () => {
  it.each(['conversation.read', 'message.received'] as const)('%s tells whose mark stands where', (type) => {
    expect(receiptFrame(type, { conversation: CONVERSATION, userId: bob.id, seq: 4 })).toEqual({
      type,
      conversation: CONVERSATION,
      user_id: bob.id,
      seq: 4,
    });
  });

  it('typing tells for how long a client shows it', () => {
    expect(typingFrame(CONVERSATION, bob.id, 6)).toEqual({
      type: 'typing',
      conversation: CONVERSATION,
      user_id: bob.id,
      expires_in: 6,
    });
  });

  it('presence tells when the user was last seen, or null', () => {
    const presences = [
      { userId: alice.id, online: true },
      { userId: bob.id, online: false, lastSeen: NOON },
    ];
    expect(presenceFrame(presences)).toEqual({
      type: 'presence',
      users: [
        { user_id: alice.id, online: true, last_seen: null },
        { user_id: bob.id, online: false, last_seen: NOON },
      ],
    });
  });

  it('the end of a session tells the client what to do', () => {
    expect(sessionEndedFrame).toEqual({
      type: 'session.ended',
      detail: 'This session has ended. Log in again.',
    });
  });
});

it('a conversation is told from its reader’s side', () => {
  const one: InboxEntry = {
    kind: 'pair',
    conversation: CONVERSATION,
    peer: { id: bob.id, username: 'bob' },
    last: { id: id(1003), seq: 3, senderId: alice.id, text: 'Hello', createdAt: NOON, counts: {} },
    unread: 1,
    own: { read: 2, received: 3 },
    settings: NO_SETTINGS,
    peers: { read: 0, received: 1 },
    presence: { userId: bob.id, online: false, lastSeen: NOON },
    isBlocked: true,
  };
  expect(conversationBody(one)).toEqual({
    id: CONVERSATION,
    kind: 'pair',
    peer: { id: bob.id, username: 'bob', online: false, last_seen: NOON, blocked: true },
    last_message: { id: id(1003), seq: 3, sender_id: alice.id, message: 'Hello', created_at: NOON },
    unread: 1,
    read: 2,
    received: 3,
    peer_read: 0,
    peer_received: 1,
  });
  const settings = { muted_until: null, pinned_at: null, archived_at: null, unread: false };
  for (const [own, shown] of [
    [{ unread: true }, { unread: true }],
    [{ mutedUntil: NOON, unread: false }, { muted_until: NOON }],
    [{ pinnedAt: NOON, unread: false }, { pinned_at: NOON }],
    [{ archivedAt: NOON, unread: false }, { archived_at: NOON }],
  ] as const)
    expect(conversationBody({ ...one, settings: own }).settings).toEqual({ ...settings, ...shown });
});

describe('a group', () => {
  const event = { type: 'joined', users: [bob.id] } as const;
  const GROUP = id(700);

  const last = {
    id: id(1003),
    seq: 3,
    senderId: alice.id,
    text: '',
    createdAt: NOON,
    counts: {},
    events: 2,
  };
  const one: InboxEntry = {
    ...{ kind: 'group', conversation: GROUP, title: 'Trip', role: 'reader', from: 2 },
    ...{
      last: { ...last, event },
      unread: 1,
      mentions: 0,
      own: { read: 2, received: 3 },
      settings: NO_SETTINGS,
    },
  };

  it('is told with what its reader is in it', () => {
    expect(conversationBody(one)).toEqual({
      ...{ id: GROUP, kind: 'group', title: 'Trip', role: 'reader', first_seq: 2 },
      last_message: { id: id(1003), seq: 3, sender_id: alice.id, message: '', created_at: NOON, event },
      ...{ unread: 1, read: 2, received: 3 },
    });
  });

  it('is told with how many unread messages mention its reader, if any do', () => {
    expect(conversationBody({ ...one, mentions: 2 })).toMatchObject({ unread: 1, mentions: 2 });
    expect(conversationBody(one)).not.toHaveProperty('mentions');
  });

  it.each([[{ users: [bob.id] }], [{ all: true }], [{ users: [bob.id], all: true }]] as const)(
    'shows whom a message mentions in every place, and nothing for one that mentions nobody: %j',
    (mentions) => {
      const said = { ...nameless, conversation: GROUP };
      const shownIn = (message: Message) => [
        messageFrame(message, 'Alice', 'others'),
        messagesFrame([message], 'Alice', 'others').messages[0],
        syncedMessage(message, bob.id),
      ];
      for (const shown of shownIn({ ...said, mentions })) expect(shown).toMatchObject({ mentions });
      for (const shown of shownIn(said)) expect(shown).not.toHaveProperty('mentions');
    },
  );

  it('tells what happened to it as a message, in every place', () => {
    const happened = { ...nameless, conversation: GROUP, text: '', event, events: 2, roster: 2 };
    const shown = { ...told, conversation: GROUP, message: '', event };
    expect(messageFrame(happened, 'Alice', 'others')).toEqual({
      ...shown,
      type: 'chat.message',
      sender: 'Alice',
    });
    expect(syncedMessage(happened, bob.id)).toEqual(shown);
  });

  it('has members with a role, and former members without', () => {
    const members = [
      { id: alice.id, username: 'Alice', role: 'owner' },
      { id: bob.id, username: 'Deleted account', role: 'member', deleted: true },
    ] as const;
    const former = [{ id: id(3), username: 'user3' }];
    const about = { description: '', picture: '' };
    const who = { write: 'moderator', add: 'member', rename: 'owner' } as const;
    const described = describedBody({ entry: one, group: { people: { members, former }, about, who } });
    expect(described).toEqual({ ...conversationBody(one), who, members, former });
  });

  it('has a description and a picture if it was given them', () => {
    const people = { members: [], former: [] };
    const about = { description: 'Of looms.', picture: 'https://example.com/loom.png' };
    const group = { people, about, who: whoOf() };
    expect(describedBody({ entry: one, group })).toMatchObject(about);
  });
});

describe('an error', () => {
  const busy = 'The server is busy. Nothing was stored; try again in a moment.';
  it.each([
    [new Busy(), { code: 'busy', detail: busy, retry_after: 1 }],
    [
      new Unavailable({ cause: new Error('secret') }),
      {
        code: 'unavailable',
        detail: 'The service is overloaded for a moment. Try again.',
        retry_after: 1,
      },
    ],
    [
      new RateLimited(7),
      {
        code: 'rate_limited',
        detail: 'Too many messages in a short time. Try again in 7 seconds.',
        retry_after: 7,
      },
    ],
    [
      new ValidationFailed({ seq: ['Must be at least 0.'] }),
      {
        code: 'validation_failed',
        detail: 'Some fields are missing or wrong.',
        errors: { seq: ['Must be at least 0.'] },
      },
    ],
  ])('%s is told with what helps the client', (error, frame) => {
    expect(errorFrame(error)).toEqual({ type: 'error', ...frame });
  });
});

const a = { id: alice.id, username: 'Alice' };
const b = { id: bob.id, username: 'bob' };

it('a message in the history names its sender and its recipient for either reader', () => {
  const entry = {
    id: id(1003),
    sender: a,
    receiver: b,
    message: 'message 3',
    created_at: NOON,
    updated_at: NOON,
    seq: 3,
  };
  expect(historyEntry(aMessage(3), a, b)).toEqual(entry);
  expect(historyEntry(aMessage(3), b, a)).toEqual(entry);
});
