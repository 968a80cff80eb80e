import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { CONNECTION_SECONDS } from '../../functions/core/connections/connection.ts';
import * as errors from '../../functions/core/errors.ts';
import type { GroupEntry, PairEntry } from '../../functions/core/inbox/inbox.ts';
import { RECENT_MESSAGES } from '../../functions/core/messages/find-earlier.ts';
import type { GroupEvent, Message } from '../../functions/core/messages/message.ts';
import { TYPING_SECONDS } from '../../functions/core/presence/typing.ts';
import { RECEIVED_EVERY_MS } from '../../functions/core/receipts/move-receipt.ts';
import { FOREVER, NO_SETTINGS } from '../../functions/core/settings/settings.ts';
import type { SyncPage } from '../../functions/core/sync/catch-up.ts';
import { RESET_BEHIND } from '../../functions/core/sync/missed-changes.ts';
import { MAX_SYNCED, MAX_WATCHED } from '../../functions/protocol/actions.ts';
import { BadFrame, type FrameFault } from '../../functions/protocol/errors.ts';
import * as frames from '../../functions/protocol/server-frames.ts';
import { MAX_MESSAGE_LENGTH } from '../../functions/protocol/text.ts';
import { readSettings } from '../../lib/settings.ts';
import { compiler, SOCKET_DOCUMENT } from './document.ts';
import { type DescribedFrame, follow, framesTo, type SocketKind } from './sockets.ts';

const validatorOf = compiler({ closed: true, document: SOCKET_DOCUMENT });

const [ada, charles] = [
  '0198c3f4-5a1e-7c3b-9d42-6f1f6a0b7c11',
  '0198c3f5-6b2f-7d4c-8e53-7a2a7b1c8d22',
] as const;
const conversation = `${ada}.${charles}`;
const createdAt = '2026-11-23T09:30:00.000Z';
const message: Message = {
  id: '0198c3f9-1f2e-7a3b-8c4d-5e6f7a8b9c0d',
  conversation,
  seq: 42,
  senderId: ada,
  text: 'Hello',
  clientId: '7d6f4f0e-9b1a-4c57-8f3e-2a1b0c9d8e7f',
  replyTo: 40,
  read: 42,
  createdAt,
};
const { clientId: _, replyTo: __, ...withoutClientId } = { ...message, read: 0 };
const edited: Message = {
  ...message,
  text: 'Hello, Charles',
  changed: { change: 7, version: 2, editedAt: createdAt, reactions: { '👍': [ada, charles] } },
};
const deleted: Message = {
  ...message,
  text: '',
  changed: { change: 8, version: 2, deletedAt: createdAt },
};
/** One with every field that it may have, and one without each of them, in each of its states. */
const ALL_STATES = [message, withoutClientId, edited, deleted];
const group = '0198c3fa-2b6d-7c10-8e7f-3a4b5c6d7e8f';
const users = [charles];
const EVENTS: readonly GroupEvent[] = [
  { type: 'created', title: 'Engines', users: [ada, charles] },
  { type: 'joined', users },
  { type: 'left', users },
  { type: 'removed', users },
  { type: 'role', users, role: 'reader' },
  { type: 'renamed', title: 'Looms' },
  { type: 'changed', fields: ['title', 'description', 'picture', 'who'], title: 'Looms' },
  { type: 'dissolved' },
];
/** What happened to a group. Only devices are told. */
const told = EVENTS.map((event): Message => ({ ...withoutClientId, conversation: group, text: '', event }));
/** Messages to a group that mention somebody. Only devices are told. */
const mentioning = [{ users: [charles] }, { users: [charles], all: true as const }].map(
  (mentions): Message => ({ ...message, conversation: group, mentions }),
);
/** All that only devices are told of messages. */
const onDevices = [...mentioning, { ...message, custom: { ticket: { id: 4711 } } }];
const settings = { mutedUntil: FOREVER, pinnedAt: createdAt, archivedAt: createdAt, unread: true };
const entry: PairEntry = {
  kind: 'pair',
  conversation,
  peer: { id: ada, username: 'ada' },
  last: { seq: 42, id: message.id, senderId: ada, text: 'Hello', createdAt, counts: {} },
  unread: 1,
  own: { read: 41, received: 42 },
  settings: NO_SETTINGS,
  peers: { read: 42, received: 42 },
  presence: { userId: ada, online: false, lastSeen: createdAt },
  isBlocked: false,
};
/** An inbox shows no reactions. */
const editedOnly = { change: 7, version: 2, editedAt: createdAt };
const entries = [undefined, editedOnly, deleted.changed].map((changed) => ({
  ...entry,
  last: { ...entry.last, changed },
}));
const groupEntries = [undefined, ...EVENTS].map(
  (event): GroupEntry => ({
    kind: 'group',
    conversation: group,
    title: 'Engines',
    role: 'reader',
    from: 3,
    last: { ...entry.last, ...(event && { text: '', event }) },
    unread: 0,
    mentions: event ? 2 : 0,
    own: { read: 41, received: 42 },
    settings,
  }),
);
const here = { userId: ada, online: true };
const gone = { userId: ada, online: false, lastSeen: createdAt };
const mark = { conversation, userId: charles, seq: 42 };

/** The kinds of socket that can report each fault of a frame. The compiler reports a missing fault. */
const FRAME_FAULTS: Record<FrameFault, readonly SocketKind[]> = {
  invalid_json: ['conversation', 'device'],
  not_an_object: ['conversation', 'device'],
  ref_invalid: ['conversation', 'device'],
  message_missing: ['conversation'],
  message_invalid: ['conversation'],
  message_blank: ['conversation'],
  message_too_long: ['conversation'],
  client_id_invalid: ['conversation'],
  after_invalid: ['conversation', 'device'],
  unknown_action: ['device'],
};
const badFrames = Object.entries(FRAME_FAULTS).map(([code, kinds]) => ({
  error: new BadFrame(code as FrameFault, 'It is wrong.'),
  kinds,
}));

const both: readonly SocketKind[] = ['conversation', 'device'];
const domainErrors = [
  { error: new errors.UserNotFound(ada), kinds: both },
  { error: new errors.AccountDeleted(ada), kinds: both },
  { error: new errors.CannotWriteToUser(), kinds: both },
  { error: new errors.ClientIdConflict(), kinds: both },
  { error: new errors.AfterInvalid(), kinds: both },
  { error: new errors.RateLimited(7), kinds: both },
  { error: new errors.TokenExpired(), kinds: both },
  { error: new errors.Busy(), kinds: both },
  { error: new errors.Unavailable(), kinds: both },
  { error: new errors.TokenInvalid(), kinds: ['device'] },
  { error: new errors.ConversationNotFound(conversation), kinds: ['device'] },
  { error: new errors.MessageNotFound(), kinds: ['device'] },
  { error: new errors.NotAllowed(), kinds: ['device'] },
  { error: new errors.NotYourMessage(), kinds: ['device'] },
  { error: new errors.MessageDeleted(), kinds: ['device'] },
  { error: new errors.VersionConflict(edited), kinds: ['device'] },
  { error: new errors.EditTooLate(), kinds: ['device'] },
  { error: new errors.TooManyReactions(), kinds: ['device'] },
  { error: new errors.ReplyInvalid(), kinds: ['device'] },
  { error: new errors.MentionInvalid(charles), kinds: ['device'] },
  { error: new errors.NotAGroup(), kinds: ['device'] },
  { error: new errors.ValidationFailed({ seq: ['This field is required.'] }), kinds: ['device'] },
];
/** Errors of requests and handshakes only. */
const HTTP_ONLY = [
  'AccountSuspended',
  'CannotBlockOneself',
  'CannotReportOneself',
  'CannotSuspendStaff',
  'GroupFull',
  'TooManyGroups',
  'InvitationNotFound',
  'IssuerUnavailable',
  'LastOwner',
  'LinkInvalid',
  'MailOff',
  'NotAuthenticated',
  'PasswordsOff',
  'ReportNotFound',
  'SessionNotFound',
  'StaffOnly',
  'SubjectTokenExpired',
  'SubjectTokenInvalid',
  'TooManyBlocks',
  'TooManyPins',
  'TooManyAttempts',
  'TooManyInvitations',
  'TooManyMails',
  'WrongCredentials',
  'WrongPassword',
];
/** The frame for an error of any other class. */
const internal = { error: { code: 'internal', message: 'Something went wrong on the server.' }, kinds: both };

const allErrors = [...badFrames, ...domainErrors, internal];

const replied = (frame: object) => ({ ...frame, ref: 'r-1' });

const errorsOn = (kind: SocketKind) =>
  allErrors
    .filter(({ kinds }) => kinds.includes(kind))
    .flatMap(({ error }) => [frames.errorFrame(error), replied(frames.errorFrame(error))]);

/** The sender gets a message with its client_id, the other member without. */
const readers = [ada, charles];
const sides = ['sender', 'others'] as const;
const heard = ALL_STATES.flatMap((one) => sides.map((side) => frames.messageFrame(one, 'ada', side)));
const ofGroups = [...told, ...onDevices].map((one) => frames.messageFrame(one, 'ada', 'others'));
const changed = [edited, deleted].flatMap((one) => readers.map((reader) => frames.changedFrame(one, reader)));
const page: SyncPage = {
  messages: [...ALL_STATES, ...told, ...onDevices],
  changed: [edited, deleted],
  changes: new Map([[conversation, 8]]),
  resets: [conversation],
  gone: [group],
  inbox: [...entries, ...groupEntries],
  complete: true,
  position: createdAt,
};
const synced = (complete: boolean) =>
  readers.map((reader) => replied(frames.syncFrame({ ...page, complete }, reader)));

const stored = { message, repeated: false };
const repeated = { message: withoutClientId, repeated: true };
const changedSince = [edited, deleted].map((one) => ({ message: one, repeated: true }));
const tried = [message, message, message];

/** Frames that the functions build, by the name of the message that describes them. */
const MADE: Record<SocketKind, Record<string, readonly object[]>> = {
  conversation: {
    stored: [...heard, ...ALL_STATES.map((one) => replied(frames.messageFrame(one, 'ada', 'sender')))],
    chatMessage: heard,
    error: errorsOn('conversation'),
  },
  device: {
    chatMessage: [...heard, ...ofGroups],
    sent: [message, edited, deleted, ...onDevices].flatMap((one) => {
      const frame = frames.sentFrame(one, 'ada');
      return [frame, replied(frame)];
    }),
    sentMessages: [
      replied(frames.sentMessagesFrame(conversation, tried, { messages: [stored, repeated] })),
      frames.sentMessagesFrame(conversation, tried, { messages: [stored, ...changedSince] }),
      frames.sentMessagesFrame(conversation, tried, {
        messages: [stored],
        refusal: new errors.RateLimited(7),
      }),
      frames.sentMessagesFrame(conversation, tried, {
        messages: [],
        refusal: new errors.ClientIdConflict(),
      }),
      ...onDevices.map((one) =>
        frames.sentMessagesFrame(group, tried, {
          messages: [{ message: one, repeated: false }],
          refusal: new errors.MentionInvalid(charles),
        }),
      ),
    ],
    chatMessages: sides.map((side) => frames.messagesFrame([...ALL_STATES, ...onDevices], 'ada', side)),
    messageChanged: [
      ...changed,
      ...[edited, deleted].map((one) =>
        JSON.parse(frames.reactionFrame({ message: one, changes: [1, 2] }, ada)),
      ),
    ],
    changedReply: [...changed, frames.changedFrame(message, ada)].map(replied),
    settingsChanged: [frames.settingsFrame(conversation, NO_SETTINGS), frames.settingsFrame(group, settings)],
    readReceipt: [frames.receiptFrame('conversation.read', mark)],
    readReply: [replied({ ...frames.receiptFrame('conversation.read', mark), moved: true })],
    receivedReceipt: [frames.receiptFrame('message.received', mark)],
    receivedReply: [
      replied({ ...frames.receiptFrame('message.received', mark), moved: false, retry_after: 2 }),
    ],
    typing: [frames.typingFrame(conversation, ada, TYPING_SECONDS)],
    typeReply: [replied({ ...frames.typingFrame(conversation, ada, TYPING_SECONDS), forwarded: true })],
    presence: [frames.presenceFrame([here]), frames.presenceFrame([gone])],
    watchReply: [frames.presenceFrame([]), replied(frames.presenceFrame([here, gone]))],
    syncPage: synced(false),
    syncDone: synced(true),
    authRefreshed: [replied(frames.refreshedFrame(new Date(createdAt)))],
    pong: [replied({ type: 'pong', time: createdAt }), { type: 'pong', time: createdAt, restored: true }],
    sessionEnded: [frames.sessionEndedFrame],
    connectionReplaced: [frames.connectionReplacedFrame],
    error: errorsOn('device'),
  },
};

const described = both.flatMap((kind) => framesTo(kind).map((frame) => ({ kind, frame })));

describe('the document and functions/protocol agree on', () => {
  it.each(both)('the frames that the socket of a %s gets', (kind) => {
    expect(
      framesTo(kind)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(Object.keys(MADE[kind]).sort());
  });

  it.each(described)('$kind: $frame.id', ({ kind, frame }) => {
    const made = MADE[kind][frame.id] ?? [];
    const validate = validatorOf(frame.schema);
    for (const one of made) {
      validate(one);
      expect(validate.errors, JSON.stringify(one)).toBeNull();
    }
    const fields = new Set(made.flatMap((one) => Object.keys(one)));
    expect([...fields].sort()).toEqual(Object.keys(follow(frame.schema).properties).sort());
  });

  it.each(both)('the codes of errors on the socket of a %s', (kind) => {
    const { schema } = framesTo(kind).find(({ id }) => id === 'error') as DescribedFrame;
    const codes = allErrors.filter(({ kinds }) => kinds.includes(kind)).map(({ error }) => error.code);
    expect(new Set(follow(follow(schema).properties.code).enum)).toEqual(new Set(codes));
  });

  it('the error classes', () => {
    const known = [...domainErrors.map(({ error }) => error.constructor.name), ...HTTP_ONLY];
    // The bases have no code of their own.
    const isError = (one: unknown) =>
      typeof one === 'function' &&
      one.prototype instanceof errors.ParleyError &&
      one !== errors.RetriableError;
    const exported = Object.entries(errors).flatMap(([name, one]) => (isError(one) ? name : []));
    expect(exported.sort()).toEqual(known.sort());
  });

  it('the limits', () => {
    const { floodMessages, floodSeconds } = readSettings(new App().node);
    expect(SOCKET_DOCUMENT['x-limits']).toMatchObject({
      connection_seconds: CONNECTION_SECONDS,
      text_characters: MAX_MESSAGE_LENGTH,
      messages_per_window: floodMessages,
      window_seconds: floodSeconds,
      retry_known_messages: RECENT_MESSAGES,
      synced_conversations: MAX_SYNCED,
      changes_missed_until_reset: RESET_BEHIND,
      watched_users: MAX_WATCHED,
      typing_shown_seconds: TYPING_SECONDS,
      received_stored_every_seconds: RECEIVED_EVERY_MS / 1000,
    });
  });
});
