import { createBlocks } from './blocks.ts';
import { createCatchUp } from './connection/catch-up.ts';
import { createConnection } from './connection/connection.ts';
import { createFrameRouter } from './connection/frame-router.ts';
import type { Action, Frame } from './contract/frame-types.ts';
import { createConversation } from './conversation/conversation.ts';
import { createConversations } from './conversation/conversations.ts';
import { createHistory } from './conversation/history.ts';
import { hasCode } from './errors.ts';
import { createExport } from './export.ts';
import { isGroupId } from './ids.ts';
import { createInbox } from './inbox/inbox.ts';
import { createModeration } from './moderation.ts';
import { type ClientOptions, withDefaults } from './options.ts';
import { createOutbox } from './outbox/outbox.ts';
import { createPeople } from './people.ts';
import { createPresence } from './presence.ts';
import { createProfile } from './profile.ts';
import { createReceipts } from './receipts.ts';
import { createRetry } from './retry.ts';
import { createApi } from './session/api.ts';
import { createHttp } from './session/http.ts';
import { createSession } from './session/session.ts';
import { createSettings } from './settings.ts';

/** Creates the parts of a client and connects them. */
export function wire(options: ClientOptions) {
  const { baseUrl, socketUrl, now, random, wakeUps, WebSocket, limits, ...stores } = withDefaults(options);
  const http = createHttp(baseUrl, stores.fetch);
  const session = createSession({ http, store: stores.tokens, issuerToken: stores.issuerToken, now });
  const api = createApi(http, session);

  const isOnline = () => connection.state.value === 'online';
  const shared = {
    ownId: () => session.state.value.user?.id ?? '',
    get: api.get,
    async request(action: Action): Promise<Frame> {
      try {
        return await connection.request(action);
      } catch (error) {
        const { conversation = '' } = action as { readonly conversation?: string };
        if (isGroupId(conversation) && hasCode(error, 'conversation_not_found')) onGone(conversation);
        throw error;
      }
    },
    isOnline,
    retry: createRetry(random, isOnline),
    now,
  };
  const { ownId, get, retry } = shared;

  const profile = createProfile(api);
  const people = createPeople(get);
  const blocks = createBlocks(api);
  const moderation = createModeration(api);
  const presence = createPresence(shared);
  const settings = createSettings({
    ...shared,
    send: api.request,
    readSaved: () => receipts.flush(),
    onChange: () => inbox.render(),
  });
  const receipts = createReceipts({
    ...shared,
    onRead: settings.read,
    onChange: (conversation) => {
      conversations.find(conversation)?.render();
      inbox.render();
    },
  });
  /** The user is not in this group any more. */
  const onGone = (conversation: string, seq = 0) => {
    const store = conversations.find(conversation);
    inbox.remove(conversation, Math.max(seq, store?.last() ?? 0));
    outbox.discardIn(conversation);
    store?.end();
  };
  const inbox = createInbox({
    ...shared,
    receipts,
    presence,
    settings,
    blocks,
    onFound: (conversation) => conversations.find(conversation)?.rejoin(),
    onGone,
  });

  const history = createHistory(get);
  const outbox = createOutbox({
    ...shared,
    store: stores.outbox,
    history,
    lastKnown: async (conversation) =>
      conversations.find(conversation)?.last() ??
      inbox.lastOf(conversation) ??
      (await history.last(conversation)),
    lastShown: (conversation) => {
      const store = conversations.find(conversation);
      return store?.isOpen() ? store.last() : undefined;
    },
    onChange: (conversation, stored) => {
      conversations.find(conversation)?.render(stored);
    },
  });

  const conversations = createConversations((id) =>
    createConversation({
      ...shared,
      id,
      send: api.request,
      outbox,
      receipts,
      inbox,
      settings,
      onGone: () => onGone(id),
      onMessages: (messages) => router.receive(messages),
      sync: () => catchUp.of(conversations.of(id)),
    }),
  );

  const router = createFrameRouter({
    ownId,
    conversations,
    outbox,
    receipts,
    inbox,
    presence,
    settings,
    onGone,
  });

  const catchUp = createCatchUp({
    ...shared,
    conversations,
    inbox,
    settings,
    receive: router.receive,
    onGone,
    onSynced: () => void outbox.load(ownId()),
    loadProfile: profile.load,
  });

  const connection = createConnection({
    ...shared,
    url: socketUrl,
    session,
    WebSocket,
    random,
    limits,
    wakeUps,
    probe: () => get('/users/me'),
    onFrame: router.onFrame,
    onOpen: (isRenewal) => {
      retry.hurry();
      void receipts.flush();
      void presence.renew();
      void catchUp.run(isRenewal);
    },
    onAlive: () => {
      retry.hurry();
      void catchUp.again();
    },
    onHidden: () => void receipts.flush(),
  });

  const forgetUser = () => {
    // While there is a connection: otherwise read messages would be unread again on the next page.
    void receipts.flush();
    connection.stop();
    for (const part of [
      api,
      catchUp,
      outbox,
      conversations,
      receipts,
      settings,
      inbox,
      presence,
      blocks,
      people,
      profile,
    ]) {
      part.reset();
    }
    retry.end();
  };

  return {
    http,
    session,
    api,
    profile,
    presence,
    inbox,
    people,
    blocks,
    moderation,
    outbox,
    connection,
    conversations,
    ownId,
    exportData: createExport(shared),
    forgetUser,
  };
}
