import type { ClientOptions } from './client-options.ts';
import type { Action, Frame } from './contract/frame-types.ts';
import { type ConversationStore, createConversation } from './conversation/conversation.ts';
import { createHistory } from './conversation/history.ts';
import { createInbox } from './inbox.ts';
import { createCatchingUp } from './line/catching-up.ts';
import { createLine, type Limits } from './line/line.ts';
import type { SocketConstructor } from './line/link.ts';
import { createRouting } from './line/routing.ts';
import { pageWakeUps } from './line/wake-ups.ts';
import { createMarks } from './marks.ts';
import { indexedOutbox, pageDatabase } from './outbox/indexed-outbox.ts';
import { createOutbox } from './outbox/outbox.ts';
import { memoryOutbox } from './outbox/outbox-store.ts';
import { createPeople } from './people.ts';
import { createPresence } from './presence.ts';
import { createProfile } from './profile.ts';
import { createPauses } from './retrying/pauses.ts';
import { createAsking } from './session/asking.ts';
import { http } from './session/http.ts';
import { createSession } from './session/session.ts';
import { memoryTokens } from './session/token-store.ts';

const API_GATEWAY: Limits = { idleMs: 10 * 60_000, connectionMs: 2 * 60 * 60_000 };

/** The parts of a client, and who tells whom. */
export function wire(options: ClientOptions) {
  const { now = Date.now, random = Math.random, wakeUps = pageWakeUps } = options;
  const WebSocket = options.WebSocket ?? (globalThis as { readonly WebSocket?: SocketConstructor }).WebSocket;
  if (!WebSocket) throw new TypeError('There is no WebSocket here. Pass one as an option, or use Node 22.');
  if (!/^https?:\/\//.test(options.baseUrl)) {
    throw new TypeError(`baseUrl must begin with http:// or https://: ${options.baseUrl}`);
  }
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const ask = http(baseUrl, options.fetch ?? ((url, init) => fetch(url, init)));
  const session = createSession({ ask, store: options.tokens ?? memoryTokens(), now });
  const asking = createAsking(ask, session);
  const { get } = asking;
  const profile = createProfile(asking);
  const conversations = new Map<string, ConversationStore>();

  const ownId = () => session.state.value.user?.id ?? '';
  const request = (action: Action): Promise<Frame> => line.request(action);
  const isOnline = () => line.state.value === 'online';

  const pauses = createPauses();
  const presence = createPresence({ request, isOnline, random, pauses });
  const marks = createMarks({
    isOnline,
    request,
    onChange: (conversation) => {
      conversations.get(conversation)?.render();
      inbox.render();
    },
  });
  const inbox = createInbox({ get, marks, presence, ownId, isOnline, random, pauses });
  const people = createPeople(get);
  const history = createHistory(get);
  const outbox = createOutbox({
    store: options.outbox ?? (pageDatabase() ? indexedOutbox() : memoryOutbox()),
    isOnline,
    request,
    lastOf: async (conversation) =>
      conversations.get(conversation)?.last() ??
      inbox.lastOf(conversation) ??
      (await history.newest(conversation)),
    newestOf: history.newest,
    shownOf: (conversation) => {
      const store = conversations.get(conversation);
      return store?.isOpen() ? store.last() : undefined;
    },
    behind: history.behind,
    onChange: (conversation, stored) => {
      const store = conversations.get(conversation);
      if (stored) store?.stored(stored);
      store?.render();
    },
    now,
    random,
    pauses,
  });

  const storeOf = (id: string): ConversationStore => {
    const known = conversations.get(id);
    if (known) return known;
    const store = createConversation({
      id,
      ownId,
      get,
      outbox,
      marks,
      isKnown: () => inbox.lastOf(id) !== undefined,
      onEntry: (entry) => inbox.merge([entry]),
      onMessages: (messages) => routing.learn(messages),
      tellTyping: () => request({ action: 'typing', conversation: id }),
      isOnline,
      pauses,
      now,
      random,
    });
    conversations.set(id, store);
    store.render();
    return store;
  };

  const routing = createRouting({
    ownId,
    conversations,
    storeOf,
    outbox,
    marks,
    inbox,
    presence,
    // And with the socket it had lost whom it watches.
    onRestored: () => void presence.renew(),
  });

  const catchingUp = createCatchingUp({
    request,
    isOnline,
    conversations,
    inbox,
    receive: routing.receive,
    onSynced: () => void outbox.load(ownId()),
    loadProfile: profile.load,
    random,
    pauses,
  });

  const line = createLine({
    url: options.socketUrl ?? `${baseUrl.replace(/^http/, 'ws')}/ws`,
    session,
    WebSocket,
    now,
    random,
    limits: { ...API_GATEWAY, ...options.limits },
    wakeUps,
    probe: () => get('/users/me'),
    onFrame: routing.onFrame,
    onOpen: (isRenewal) => {
      pauses.hurry();
      marks.flush();
      void presence.renew();
      void catchingUp.run(isRenewal);
    },
    onAlive: () => {
      pauses.hurry();
      void catchingUp.again();
    },
    onHidden: marks.tellNow,
  });

  const forgetUser = () => {
    // While there is a line: what was read is not unread again on the next page.
    marks.tellNow();
    line.stop();
    asking.reset();
    catchingUp.reset();
    outbox.reset();
    for (const store of conversations.values()) store.reset();
    marks.reset();
    inbox.reset();
    presence.reset();
    people.reset();
    profile.reset();
    pauses.end();
  };

  return { ask, session, asking, profile, presence, inbox, people, outbox, line, ownId, storeOf, forgetUser };
}
