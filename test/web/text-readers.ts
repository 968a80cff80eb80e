import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ZodMiniType } from 'zod/mini';
import { frameOf } from '../../client/connection/replies.ts';
import { preview } from '../../client/contract/preview.ts';
import { ParleyError } from '../../client/errors.ts';
import * as clientIds from '../../client/ids.ts';
import type { Message } from '../../client/index.ts';
import { plain } from '../../client/outbox/changes.ts';
import * as accessToken from '../../client/session/access-token.ts';
import { breachedPasswords, isListed } from '../../functions/auth/breached-passwords.ts';
import { isCompactJws } from '../../functions/auth/compact-jws.ts';
import { invitationTokens } from '../../functions/auth/invitation-tokens.ts';
import { linkTokens } from '../../functions/auth/link-tokens.ts';
import { refreshTokens } from '../../functions/auth/refresh-tokens.ts';
import { hashOf, isSecret } from '../../functions/auth/secrets.ts';
import { tickets } from '../../functions/auth/tickets.ts';
import { containsName, isLittleMoreThanNames, isRun } from '../../functions/core/accounts/guessable.ts';
import { networkOf } from '../../functions/core/accounts/network.ts';
import {
  lengthFaults,
  MAX_PASSWORD_LENGTH,
  normalizePassword,
  passwordFaults,
} from '../../functions/core/accounts/passwords.ts';
import {
  asConversationNotFound,
  canBeOf,
  isConversationId,
  isGroupId,
  ownPair,
  pairById,
  pairFor,
  pairId,
  pairWith,
} from '../../functions/core/conversations/conversation.ts';
import { foldId, hexOf, idOfHex, isId } from '../../functions/core/ids.ts';
import { isReportId } from '../../functions/core/reports/report.ts';
import { clientInfo } from '../../functions/middleware/client-info.ts';
import { answer, json, problemReply, withoutSlash } from '../../functions/middleware/http-replies.ts';
import { baseUrl, pathParameters, rawBody, readInput } from '../../functions/middleware/http-stack.ts';
import { actionSchemas, readAction } from '../../functions/protocol/actions.ts';
import { allowedMethods } from '../../functions/protocol/allowed-methods.ts';
import { readExternalUser } from '../../functions/protocol/claims.ts';
import { NotFound } from '../../functions/protocol/errors.ts';
import * as fields from '../../functions/protocol/fields.ts';
import { readMessageFrame, readObject, readRef, refIn } from '../../functions/protocol/frames.ts';
import * as groupRequests from '../../functions/protocol/group-requests.ts';
import {
  bearerToken,
  handshakeToken,
  header,
  headerValues,
  isAllowedOrigin,
  offeredSubprotocols,
  ownOrigin,
} from '../../functions/protocol/handshake.ts';
import { formBody, isDeeperThan, isFormType, parseJsonBody } from '../../functions/protocol/json-body.ts';
import { clientId, newMessages, toNewMessage } from '../../functions/protocol/new-messages.ts';
import * as paging from '../../functions/protocol/paging.ts';
import * as reportRequests from '../../functions/protocol/report-requests.ts';
import * as requests from '../../functions/protocol/requests.ts';
import { ownSettingsRequest } from '../../functions/protocol/settings-requests.ts';
import {
  isBlank,
  isLonger,
  isShorter,
  MAX_MESSAGE_LENGTH,
  textFault,
} from '../../functions/protocol/text.ts';
import { validate } from '../../functions/protocol/validate.ts';
import * as errorTexts from '../../web/state/error-texts.ts';
import { routeOf } from '../../web/state/paths.ts';
import { createAnnouncements } from '../../web/views/conversation/announcements.ts';
import { piecesOf } from '../../web/views/conversation/links.ts';
import * as mentions from '../../web/views/conversation/mentions.ts';
import { pairNames } from '../../web/views/conversation/names.ts';
import { rowsOf } from '../../web/views/conversation/rows.ts';

type Read = (text: string) => unknown;

const message = (text: string): Message => ({
  key: 'k',
  seq: 1,
  senderId: 'b',
  isOwn: false,
  text,
  version: 1,
  reactions: [],
  createdAt: '2026-11-27T09:00:00.000Z',
  state: 'received',
});

const event = (text: string) =>
  ({
    rawPath: text,
    rawQueryString: text,
    headers: { host: text, 'x-forwarded-host': text, 'content-type': 'application/json' },
    pathParameters: { proxy: text, conversation: text },
    body: text,
    requestContext: { domainName: text },
  }) as unknown as APIGatewayProxyEventV2;

/** A schema of a single value. */
const value =
  (schema: ZodMiniType): Read =>
  (text) =>
    validate(schema, text);

/** A schema of an object, with the text as the value of every field and as the name of another. */
const object =
  (schema: ZodMiniType & { readonly def: { readonly shape: object } }): Read =>
  (text) =>
    validate(schema, everyField(schema.def.shape, text));

const everyField = (shape: object, text: string) =>
  Object.fromEntries([...Object.keys(shape), text].map((name) => [name, text]));

const messages = (text: string) => [
  { client_id: text, text },
  { client_id: text, text },
];

/** The frames of a device, with the text in every field, also in those that are lists or objects. */
const actions = Object.fromEntries(
  Object.entries(actionSchemas).map(([action, schema]): [string, Read] => [
    `readAction of ${action}`,
    (text) => {
      const lists = { users: [text, text], conversations: { [text]: 1 }, messages: messages(text) };
      const own = everyField(schema.def.shape, text);
      return readAction({ ...own, ...lists, action });
    },
  ]),
);

/** A viewer function, loaded once, as in CloudFront. */
function viewerFunction(file: string): Read {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const handler = runInNewContext(`${source}; handler`, {});
  return (uri) =>
    handler({
      viewer: { ip: uri },
      request: { method: 'GET', uri, querystring: {}, headers: { host: { value: uri } } },
    });
}

/** Nobody is asked: it is about what is done with the password. */
const breaches = breachedPasswords('', {
  fetch: async () => new Response(''),
  deadline: AbortSignal.timeout,
});

/** Requests with longer fields are refused before these are compared with the password. */
const owner = (text: string) => ({
  username: text.slice(0, 150),
  email: text.slice(0, 254),
  firstName: text.slice(0, 150),
  lastName: text.slice(-150),
});

const token = (text: string) => ({ access: `a.${text}.c`, refresh: text, since: 0, lifetime: 0 });

/**
 * All functions that read the texts of other users, of callers or of the server, by their file: in the page, in the
 * client library, in the functions and at the edge. A name may be followed by what is special about the call.
 */
export const READERS: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  'client/connection/replies.ts': {
    frameOf,
    'frameOf of a fault': (text) => frameOf(JSON.stringify({ message: text, requestId: text })),
  },
  'client/contract/preview.ts': { preview },
  'client/ids.ts': {
    folded: clientIds.folded,
    isId: clientIds.isId,
    isPathPart: clientIds.isPathPart,
    conversationOf: (text) => clientIds.conversationOf(text, text),
    peerIn: (text) => clientIds.peerIn(text, text),
    isGroupId: clientIds.isGroupId,
    canBeIn: (text) => clientIds.canBeIn(text, text),
    pathOf: clientIds.pathOf,
  },
  'client/outbox/changes.ts': { plain },
  'client/session/access-token.ts': {
    claimsOf: (text) => accessToken.claimsOf(token(text).access),
    haveSameUser: (text) => accessToken.haveSameUser(text, text),
    haveSameSession: (text) => accessToken.haveSameSession(text, text),
    isReadable: (text) => accessToken.isReadable(token(text)),
    receivedTokens: (text) => accessToken.receivedTokens(token(text), 0),
  },
  'functions/auth/breached-passwords.ts': {
    isListed: (text) => isListed(text, text),
    breachedPasswords: (text) => breaches.includes(text),
  },
  'functions/auth/invitation-tokens.ts': {
    invitationTokens: invitationTokens((size) => Buffer.alloc(size)).read,
  },
  'functions/auth/link-tokens.ts': { linkTokens: linkTokens((size) => Buffer.alloc(size)).read },
  'functions/auth/compact-jws.ts': { isCompactJws },
  'functions/auth/refresh-tokens.ts': {
    refreshTokens: refreshTokens((size) => Buffer.alloc(size)).read,
  },
  'functions/auth/secrets.ts': { isSecret, hashOf },
  'functions/auth/tickets.ts': { tickets: tickets((size) => Buffer.alloc(size)).hashOf },
  'functions/core/accounts/guessable.ts': {
    isRun,
    containsName: (text) => containsName(text.slice(0, MAX_PASSWORD_LENGTH), text.slice(0, 150)),
    isLittleMoreThanNames: (text) => isLittleMoreThanNames(text.slice(0, MAX_PASSWORD_LENGTH), owner(text)),
  },
  'functions/core/accounts/network.ts': { networkOf },
  'functions/core/accounts/passwords.ts': {
    normalizePassword,
    lengthFaults,
    passwordFaults: (text) => passwordFaults(text.slice(0, MAX_PASSWORD_LENGTH), owner(text)),
  },
  'functions/core/conversations/conversation.ts': {
    pairById,
    isGroupId,
    isConversationId,
    canBeOf: (text) => canBeOf(text, text),
    ownPair: (text) => ownPair(text, text),
    pairFor: (text) => pairFor(text, text),
    pairId: (text) => pairId(text, text),
    pairWith: (text) => pairWith(text, text),
    asConversationNotFound,
  },
  'functions/core/ids.ts': { isId, foldId, hexOf, idOfHex },
  'functions/core/reports/report.ts': { isReportId },
  'functions/middleware/client-info.ts': {
    clientInfo: (text) =>
      clientInfo({ http: { userAgent: text, sourceIp: text } } as APIGatewayProxyEventV2['requestContext']),
  },
  'functions/middleware/http-replies.ts': {
    answer: (text) => answer(200, { location: text }, { body: text }),
    json: (text) => json(200, { [text]: text }),
    problemReply: (path) => problemReply(new NotFound(path)),
    withoutSlash: (text) => withoutSlash(event(text)),
  },
  'functions/middleware/http-stack.ts': {
    pathParameters: (text) => pathParameters().before?.({ event: event(text) } as never),
    rawBody: (text) => rawBody(event(text)),
    readInput: (text) => readInput(requests.messageRequest, event(text)),
    baseUrl: (text) => baseUrl(event(text)),
  },
  'functions/protocol/actions.ts': { readAction: (action) => readAction({ action }), ...actions },
  'functions/protocol/allowed-methods.ts': {
    allowedMethods: (text) => allowedMethods([['GET', '/conversations/{conversation}/{proxy+}']], text),
  },
  'functions/protocol/claims.ts': {
    readExternalUser: (text) => {
      const claims = ['preferred_username', 'given_name', 'family_name', 'email', 'email_verified'];
      const given = Object.fromEntries(claims.map((name) => [name, text]));
      const issuer = { issuer: 'https://login.example', algorithms: [] };
      readExternalUser(issuer, { ...given, sub: 'x', email_verified: true });
      return readExternalUser(issuer, { ...given, sub: text.slice(0, 255) });
    },
  },
  'functions/protocol/fields.ts': {
    nameOf: value(fields.nameOf(MAX_MESSAGE_LENGTH)),
    characters: value(fields.characters({ min: MAX_MESSAGE_LENGTH, max: MAX_MESSAGE_LENGTH })),
    userId: value(fields.userId),
    conversation: value(fields.conversation),
    seq: value(fields.seq),
    version: value(fields.version),
    replyTo: value(fields.replyTo),
    emoji: value(fields.emoji),
    mentions: (text) => validate(fields.mentions, { users: [text] }),
    custom: (text) => validate(fields.custom, { [text.slice(0, 1_000)]: text }),
    heldConversations: (text) => validate(fields.heldConversations(50), { [text]: 1 }),
    messageText: value(fields.messageText),
    accessToken: value(fields.accessToken),
  },
  'functions/protocol/frames.ts': {
    readObject,
    readRef: (ref) => readRef({ ref }),
    refIn,
    readMessageFrame: (text) => readMessageFrame({ message: text }),
    'readMessageFrame of an id': (text) => readMessageFrame({ message: 'a', client_id: text }),
    'readMessageFrame of a frame': (text) => readMessageFrame(readObject(JSON.stringify({ message: text }))),
  },
  'functions/protocol/group-requests.ts': {
    groupRequest: (text) => {
      const own = everyField(groupRequests.groupRequest.def.shape, text);
      return validate(groupRequests.groupRequest, { ...own, kind: 'group', members: [text, text] });
    },
    settingsRequest: (text) => {
      const own = everyField(groupRequests.settingsRequest.def.shape, text);
      return validate(groupRequests.settingsRequest, { ...own, who: { write: text, [text]: text } });
    },
    memberRequest: object(groupRequests.memberRequest),
    invitationRequest: object(groupRequests.invitationRequest),
    invitedRequest: object(groupRequests.invitedRequest),
  },
  'functions/protocol/handshake.ts': {
    header: (text) => header({ [text]: text }, 'authorization'),
    headerValues: (text) => headerValues({ [text]: [text] }, 'origin'),
    ownOrigin: (text) => ownOrigin({ host: text }),
    isAllowedOrigin: (text) => isAllowedOrigin([text], { list: ['https://a.example'], own: text }),
    bearerToken,
    offeredSubprotocols,
    handshakeToken: (text) => handshakeToken({ authorization: text, subprotocols: text }),
  },
  'functions/protocol/json-body.ts': {
    isDeeperThan: (text) => isDeeperThan({ [text]: text }, 5),
    formBody: (text) => formBody({ body: `a=${text}`, isBase64Encoded: false, contentType: undefined }),
    isFormType,
    parseJsonBody: (body) => parseJsonBody({ body, isBase64Encoded: false, contentType: 'application/json' }),
    'parseJsonBody of a type': (contentType) =>
      parseJsonBody({ body: '{}', isBase64Encoded: false, contentType }),
    'parseJsonBody of an encoding': (contentEncoding) =>
      parseJsonBody({ body: '{}', isBase64Encoded: false, contentType: 'application/json', contentEncoding }),
  },
  'functions/protocol/new-messages.ts': {
    toNewMessage: (text) => toNewMessage({ text }),
    clientId: value(clientId),
    newMessages: (text) => validate(newMessages, messages(text)),
  },
  'functions/protocol/paging.ts': {
    readPaging: (text) => paging.readPaging({ limit: text, offset: text }),
    wholeNumber: paging.wholeNumber,
    readCursor: paging.readCursor,
    'readCursor of a decoded text': (text) => paging.readCursor(Buffer.from(text).toString('base64url')),
    pageLink: (text) => paging.pageLink(text, { limit: 1, offset: 0, cursor: text, search: text }),
    readSearch: paging.readSearch,
    writeCursor: (username) => paging.writeCursor({ username, backwards: true }),
    writeInboxCursor: (text) => paging.writeInboxCursor({ pair: { topAt: text, conversation: text } }),
    readWindow: (text) => paging.readWindow({ before: text }),
    readHistoryWindow: (text) => paging.readHistoryWindow({ before: text }),
    readInboxCursor: paging.readInboxCursor,
    'readInboxCursor of a decoded text': (text) =>
      paging.readInboxCursor(Buffer.from(text).toString('base64url')),
    readReportPaging: (text) => paging.readReportPaging({ limit: '1', cursor: text }),
    writeEventCursor: (text) => paging.writeEventCursor({ time: text, name: text }),
    readEventCursor: paging.readEventCursor,
    'readEventCursor of a decoded text': (text) =>
      paging.readEventCursor(Buffer.from(text).toString('base64url')),
    writeExportCursor: (text) =>
      paging.writeExportCursor({ at: text, place: { conversation: text, seq: 1 } }, text),
    readExportCursor: (text) => paging.readExportCursor(text, text),
    'readExportCursor of a decoded text': (text) =>
      paging.readExportCursor(Buffer.from(text).toString('base64url'), text),
  },
  'functions/protocol/report-requests.ts': {
    reportRequest: (text) =>
      validate(reportRequests.reportRequest, {
        ...{ user: text, reason: text, text },
        message: { conversation: text, seq: 1 },
      }),
    resolutionRequest: object(reportRequests.resolutionRequest),
  },
  'functions/protocol/requests.ts': {
    newEmail: value(requests.newEmail),
    knownEmail: value(requests.knownEmail),
    registerRequest: object(requests.registerRequest),
    tokenRequest: object(requests.tokenRequest),
    tokenExchangeRequest: object(requests.tokenExchangeRequest),
    refreshRequest: object(requests.refreshRequest),
    logoutRequest: object(requests.logoutRequest),
    profileRequest: object(requests.profileRequest),
    passwordRequest: object(requests.passwordRequest),
    deletionRequest: (text) => requests.deletionRequest.safeParse({ password: text, subject_token: text }),
    passwordDeletion: object(requests.passwordDeletion),
    tokenDeletion: object(requests.tokenDeletion),
    resetRequest: object(requests.resetRequest),
    signUpRequest: object(requests.signUpRequest),
    newPasswordRequest: object(requests.newPasswordRequest),
    verificationRequest: object(requests.verificationRequest),
    messageRequest: object(requests.messageRequest),
    editRequest: object(requests.editRequest),
    readSeq: requests.readSeq,
    readEmoji: requests.readEmoji,
    readIdempotencyKey: requests.readIdempotencyKey,
  },
  'functions/protocol/settings-requests.ts': { ownSettingsRequest: object(ownSettingsRequest) },
  'functions/protocol/text.ts': {
    textFault,
    isBlank,
    isLonger: (text) => isLonger(text, text.length - 1),
    isShorter: (text) => isShorter(text, text.length),
  },
  'functions/protocol/validate.ts': {
    validate: (text) => validate(requests.profileRequest, { [text]: { [text]: [text] } }),
  },
  'lib/edge/http-request.js': { handler: viewerFunction('lib/edge/http-request.js') },
  'lib/edge/websocket-request.js': { handler: viewerFunction('lib/edge/websocket-request.js') },
  'web/state/error-texts.ts': {
    errorText: (text) => errorTexts.errorText(new ParleyError(text as never, text)),
    messageErrorText: (text) => errorTexts.messageErrorText({ code: text as never, detail: text }),
    refusalText: (text) =>
      errorTexts.refusalText({ ...message(text), reason: { code: text, detail: text }, refusedText: text }),
    isRefused: (text) => errorTexts.isRefused(message(text)),
    reactionRefusalTexts: (text) =>
      errorTexts.reactionRefusalTexts({
        ...message(text),
        refusedReactions: [{ emoji: text, wish: 'react', reason: { code: text, detail: text } }],
      }),
    fieldErrorTexts: (text) => errorTexts.fieldErrorTexts(text, { [text]: text }),
    isBlank: errorTexts.isBlank,
  },
  'web/state/paths.ts': { routeOf },
  'web/views/conversation/announcements.ts': {
    createAnnouncements: (text) =>
      createAnnouncements([])([message(text)], pairNames('a', { id: 'b', username: text.slice(0, 150) })),
  },
  'web/views/conversation/links.ts': { piecesOf },
  'web/views/conversation/mentions.ts': {
    mentionsIn: (text) =>
      mentions.mentionsIn(text, [{ id: 'b', username: text.slice(0, 150), role: 'member' }]),
    splitAtMentions: (text) =>
      mentions.splitAtMentions(text, { users: ['b'], all: true }, () => text.slice(1, 150)),
    completionOf: (text) =>
      mentions.completionOf(text, text.length, [{ id: 'b', username: 'bob', role: 'member' }], 'a'),
  },
  'web/views/conversation/rows.ts': { rowsOf: (text) => rowsOf([message(text)], 1) },
};

/** Not in {@link READERS}: files, and single functions, with the reason. */
export const OTHERS: Readonly<Record<string, string>> = {
  'client/moderation.ts': 'reads the URL of the next page, which the server makes',
  'client/export.ts': 'reads the link of the next page, which the server makes',
  'client/inbox/inbox.ts': 'reads the URL of the next page, which the server makes',
  'client/inbox/unread-total.ts': 'reads the URL of the next page, which the server makes',
  'client/locks.ts': 'reads its own entry in the storage of the page',
  'client/options.ts': 'reads the options of the program',
  'client/outbox/outbox.ts createOutbox': 'copies what the program gives, as JSON',
  'client/outbox/changes.ts createChanges': 'takes the emoji that the user has chosen; `plain` reads it',
  'client/people.ts': 'reads the URL of the next page, which the server makes',
  'client/session/http.ts': 'reads the answers of the server as JSON, no more',
  'client/session/token-store.ts': 'reads its own entry in the storage of the page',
  'functions/auth/fetch-json.ts':
    'reads the documents of issuers that the settings trust, of bounded size, as JSON',
  'functions/auth/issuer-keys.ts': 'reads the addresses of issuers that the settings trust',
  'functions/auth/secrets.ts newSecret': 'writes random bytes, and reads no text',
  'functions/auth/subject-tokens.ts': 'reads the type of a token whose signature it has verified',
  'functions/core/reports/report.ts report': 'reads the id of a report; `preview` reads the texts',
  'functions/http/fallback.ts': 'reads the routes of its own configuration; `allowedMethods` reads the path',
  'functions/http/api-docs.ts': 'looks at the end of a path',
  'web/views/groups/invitation-link.tsx InvitationLink': 'takes the token that the server has made',
  'web/state/drafts.ts': 'reads its own entry in the storage of the page',
  'web/state/times.ts': 'reads the language of the browser',
  'web/views/conversation/composer.tsx': 'trims the own text',
  'web/views/conversation/use-completion.ts': 'puts a name into the own text',
  'web/views/conversation/use-peer.ts': 'has one expression with a bound of 64 characters',
  'client/connection/replies.ts createReplies': 'handles frames that `frameOf` has read',
  'client/ids.ts newId': 'takes no text',
  'client/session/access-token.ts freshFor': 'takes times',
  'functions/core/conversations/conversation.ts missedIn': 'takes what `pairById` has read',
  'functions/core/conversations/conversation.ts numberOf': 'takes what `pairById` has read',
  'functions/core/conversations/conversation.ts othersIn': 'takes what `pairById` has read',
  'functions/core/conversations/conversation.ts maySee': 'looks for a whole id',
  'web/views/conversation/group.tsx Group': 'one pattern of a fixed length, anchored at both ends',
  'functions/core/conversations/conversation.ts peerIn': 'takes what `pairById` has read',
  'functions/core/conversations/conversation.ts selfOf': 'takes what `pairById` has read',
  'functions/middleware/audited.ts audited': 'reads a route of the template, and calls `clientInfo`',
  'functions/middleware/http-replies.ts problemDetails': 'calls `problemReply`',
  'functions/middleware/http-stack.ts refuseBody': 'asks only whether there is a body',
  'functions/middleware/http-stack.ts httpStack': 'puts the others together',
  'functions/middleware/http-stack.ts jsonInput': 'calls `readInput`',
  'functions/middleware/http-stack.ts readOptionalInput': 'calls `readInput`',
  'functions/protocol/new-messages.ts oneOrSeveral': 'asks only which fields there are',
  'functions/protocol/new-messages.ts toNewMessages': 'takes what `newMessages` has checked',
};
