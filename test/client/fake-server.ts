import type { SocketConstructor, WebSocketLike } from '../../client/connection/socket.ts';

// biome-ignore lint/suspicious/noExplicitAny: frames of all kinds, which the tests read.
type Json = any;

export const ADA = '0198c3f4-0000-7000-8000-00000000000a';
export const BOB = '0198c3f5-0000-7000-8000-00000000000b';
export const TALK = `${ADA}.${BOB}`;
export const CY = '0198c3f6-0000-7000-8000-00000000000c';
export const GROUP = '0198c3fa-0000-7000-8000-000000000001';
const NAMES: Readonly<Record<string, string>> = { [ADA]: 'ada', [BOB]: 'bob', [CY]: 'cy' };

/** A group in place of the conversation of ada and bob. */
export interface FakeGroup {
  title: string;
  /** The roles of those who are in it. */
  roles: Record<string, string>;
  former: readonly string[];
  /** Ada's log begins here. */
  firstSeq: number;
  description?: string;
  who?: Readonly<Record<string, string>>;
  /** The tokens of its invitations. */
  invitations?: readonly string[];
}

export interface FakeSocket extends WebSocketLike {
  /** The newest one that it got. */
  token: string;
  readonly frames: Json[];
  isOpen: boolean;
  /** The client has closed it. */
  closedByClient: boolean;
  /** Delivers a frame from the server. */
  deliver(frame: Json): void;
  /** Closes it as the server or the network would. */
  cut(): void;
}

export type FakeServer = ReturnType<typeof fakeServer>;

const WHO = { write: 'member', add: 'moderator', rename: 'moderator' };

const json = (status: number, body: Json) => new Response(JSON.stringify(body), { status });

/** An error response of the server. */
export const problem = (status: number, code: string) => json(status, { status, code, detail: code });

/** The faults that a test can cause. */
interface Faults {
  /** Ms until a reply, or `lost`, or an error instead, or a frame of API Gateway's own, which has no `ref`. */
  /** The text of messages that are refused within a frame of several. */
  refuses: string;
  reply(frame: Json, attempt: number): number | 'lost' | { error: Json } | { gateway: Json };
  /** Ms until each copy of a pushed frame. */
  push(frame: Json): readonly number[];
  handshake(token: string): 'open' | 'refuse' | 'hang';
  /** `lost`: the request is processed, but its response is lost. */
  http(method: string, path: string): Response | 'offline' | 'lost' | undefined;
}

/** What a message may have beside its text. */
const EXTRAS = ['reply_to', 'mentions', 'custom'];

/**
 * A server in memory for two users: ada, whose client it serves, and bob. It keeps its promises, but the network may
 * fail.
 */
export function fakeServer(faults: Partial<Faults> = {}, group?: FakeGroup) {
  const talk = group ? GROUP : TALK;
  const log: Json[] = [];
  /** The `seq` of the message that each change was of. */
  const changes: number[] = [];
  const sockets: FakeSocket[] = [];
  const requests: string[] = [];
  const queries: string[] = [];
  /** The access token of each request. */
  const authorized: (string | undefined)[] = [];
  const refreshed = new Map<string, number>();
  const exchanged: Json[] = [];
  const deletions: Json[] = [];
  /** The last exchange of a refresh token. It can be repeated for a minute. */
  let exchange: { readonly replaced: string; readonly successor: string; readonly at: number } | undefined;
  let generation = 0;
  let isEnded = false;
  let tries = 0;
  const receipts = { read: 0, received: 0, peer_read: 0, peer_received: 0 };
  const server = {
    log,
    changes,
    sockets,
    requests,
    /** The query of each request. */
    queries,
    authorized,
    faults,
    receipts,
    /** How often each refresh token was used. */
    refreshed,
    /** The bodies of exchanges of another log-in's tokens. */
    exchanged,
    /** The bodies of deletions of the account. */
    deletions,
    /** Ends the session on the server. No socket is told. */
    end: () => {
      isEnded = true;
    },
    lifetime: 1800,
    session: 's',
    profile: { id: ADA, username: 'ada', first_name: 'Ada', last_name: 'Lovelace', presence: 'shown' },
    /** Bob's presence. */
    bob: { online: true, last_seen: null as string | null },
    /** What the conversation is to ada. Undefined if nothing is set. */
    settings: undefined as Json,
    /** The time of the next message, if it is not at the beginning of all. */
    clock: 1_700_000_000_000,
    /** Another device of ada's changes the settings. */
    set: (change: Json) => set(change),
    /** Messages per page of `sync`, new and changed ones. The real server has 100. */
    synced: 3,
    /** `sync` tells so many changes of a conversation. */
    kept: 1_000,
    get isEnded() {
      return isEnded;
    },
    open: () => sockets.filter(({ isOpen }) => isOpen),
    last: () => sockets.at(-1) as FakeSocket,
    sent: (action: string) =>
      sockets.flatMap(({ frames }) => frames).filter((frame) => frame.action === action),
    /** Bob sends a message, or another member of the group. */
    say(text: string, sender = BOB, extras: Json = {}) {
      const message = append(sender, text, undefined, undefined, extras);
      push({ type: 'chat.message', ...message, sender: NAMES[sender] });
      return message;
    },
    push: (frame: Json) => push(frame),
    /** What happens to the group, by one of its members. */
    happen(sender: string, event: Json) {
      if (!group) throw new Error('There is no group.');
      const { type, users = [], title = group.title } = event;
      group.title = title;
      for (const user of users) {
        if (type === 'left' || type === 'removed') {
          delete group.roles[user];
          group.former = [...group.former, user];
        } else {
          group.roles[user] = event.role ?? group.roles[user] ?? 'member';
          group.former = group.former.filter((one) => one !== user);
        }
      }
      const message = Object.assign(append(sender, ''), { event });
      push({ type: 'chat.message', ...message, sender: NAMES[sender] });
      return message;
    },
    /** The conversation in the inbox. */
    entry: (): Json => entry(),
    /** A message gets another text, by a device of its sender, or is deleted. */
    edit: (seq: number, text: string) => change(seq, text),
    delete: (seq: number) => change(seq),
    /** A user reacts to a message, or takes that back. */
    react: (user: string, seq: number, emoji: string, isOn = true) => react(user, seq, emoji, isOn),
    /** Appends a message. Its sender had seen all before it, or up to `seen`. */
    append: (sender: string, text: string, clientId?: string, seen?: number, replyTo?: number) =>
      append(sender, text, clientId, seen, { reply_to: replyTo }),
    fetch: async (url: string, init: RequestInit): Promise<Response> => {
      const { pathname, searchParams } = new URL(url);
      requests.push(`${init.method} ${pathname}`);
      queries.push(searchParams.toString());
      authorized.push(new Headers(init.headers).get('authorization')?.slice(7));
      const spoiled = faults.http?.(String(init.method), pathname);
      const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
      await pause(2);
      const body = JSON.parse(String(init.body ?? '{}'));
      const isDone = spoiled === undefined || spoiled === 'lost';
      const reply = isDone ? answer(`${init.method} ${pathname}`, searchParams, body) : spoiled;
      // The response takes a moment, in which more may happen.
      await pause(3);
      if (reply === 'offline' || spoiled === 'lost') throw new TypeError('fetch failed');
      return reply;
    },
    WebSocket: undefined as unknown as SocketConstructor,
  };

  const append = (sender: string, text: string, clientId?: string, seen = log.length, extras: Json = {}) => {
    const before = log.at(-1);
    const most = Math.max(before?.sender_id === sender ? before.read : 0, Math.min(seen, log.length));
    const read = most === log.length ? most + 1 : most;
    const message = {
      id: `m-${log.length + 1}`,
      conversation: talk,
      seq: log.length + 1,
      message: text,
      sender_id: sender,
      created_at: new Date(server.clock + log.length).toISOString(),
      read,
      ...Object.fromEntries(EXTRAS.flatMap((name) => (extras[name] ? [[name, extras[name]]] : []))),
      ...(clientId && { client_id: clientId }),
    };
    log.push(message);
    if (sender === ADA) receipts.read = Math.max(receipts.read, read);
    else receipts.peer_read = Math.max(receipts.peer_read, read);
    return message;
  };
  const push = (frame: Json, except?: FakeSocket) => {
    for (const delay of faults.push?.(frame) ?? [1]) {
      for (const socket of server.open())
        if (socket !== except) setTimeout(() => socket.deliver(frame), delay);
    }
  };
  const NOTHING = { muted_until: null, pinned_at: null, archived_at: null, unread: false };
  const set = (change: Json) => {
    const settings = { ...NOTHING, ...server.settings, ...change };
    server.settings = Object.values(settings).some(Boolean) ? settings : undefined;
    push({ type: 'conversation.settings', conversation: talk, settings });
    return settings;
  };
  const changeSettings = ({ muted_until, pinned, archived, unread }: Json) => {
    const time = (isOn: boolean) => (isOn ? new Date().toISOString() : null);
    return set({
      ...(muted_until !== undefined && {
        muted_until: muted_until === 'forever' ? '9999-12-31T23:59:59.999Z' : muted_until,
      }),
      ...(pinned !== undefined && { pinned_at: time(pinned) }),
      ...(archived !== undefined && { archived_at: time(archived) }),
      ...(unread !== undefined && { unread }),
    });
  };
  const changedFrame = (message: Json) => ({
    type: 'message.changed',
    conversation: talk,
    change: message.change ?? 0,
    message,
  });
  const change = (seq: number, text?: string, except?: FakeSocket) => {
    const { version = 1, edited_at, ...before } = log[seq - 1];
    const at = new Date(1_700_000_900_000 + changes.push(seq)).toISOString();
    const next = text === undefined ? { deleted_at: at } : { version: version + 1, edited_at: at };
    const message = { ...before, message: text ?? '', change: changes.length, ...next };
    if (text === undefined) delete message.reactions;
    log[seq - 1] = message;
    push(changedFrame(message), except);
    return message;
  };
  const react = (user: string, seq: number, emoji: string, isOn: boolean, except?: FakeSocket) => {
    const { reactions = [], ...before } = log[seq - 1];
    const all = new Map<string, string[]>(reactions.map((one: Json) => [one.emoji, one.users]));
    const users = all.get(emoji) ?? [];
    if (users.includes(user) === isOn) return;
    all.set(emoji, isOn ? [...users, user] : users.filter((one) => one !== user));
    const next = [...all]
      .filter(([, some]) => some.length > 0)
      .map(([one, some]) => ({ emoji: one, users: some }));
    const message = { ...before, change: changes.push(seq), ...(next.length > 0 && { reactions: next }) };
    log[seq - 1] = message;
    push(changedFrame(message), except);
  };
  /** Ada is in the conversation. */
  const isIn = () => log.length > 0 && (!group || ADA in group.roles);
  const person = (id: string) => ({ id, username: NAMES[id] });
  const entry = () => {
    const shared = {
      id: talk,
      last_message: log.at(-1),
      unread: log.filter(({ sender_id, seq, event }) => sender_id !== ADA && !event && seq > receipts.read)
        .length,
      ...(server.settings && { settings: server.settings }),
    };
    if (!group) return { ...shared, peer: { id: BOB, username: 'bob', ...server.bob }, ...receipts };
    const { read, received } = receipts;
    const { title, roles, firstSeq: first_seq } = group;
    const mentions = log.filter(
      ({ sender_id, seq, mentions: one }) =>
        sender_id !== ADA && seq > read && (one?.all || one?.users?.includes(ADA)),
    ).length;
    return {
      ...{ ...shared, kind: 'group', title, role: roles[ADA], first_seq, read, received },
      ...(mentions > 0 && { mentions }),
    };
  };
  const withMembers = () => {
    if (!group) return entry();
    const members = Object.entries(group.roles).map(([id, role]) => ({ ...person(id), role }));
    const { description, who = WHO } = group;
    return {
      ...entry(),
      members,
      former: group.former.map(person),
      who,
      ...(description && { description }),
    };
  };
  const invitation = (token: string) => ({
    id: `id-of-${token}`,
    ...{ role: 'member', expires_at: '2026-11-30T09:00:00.000Z', max_uses: 100, uses: 0, created_by: ADA },
  });
  const invitations = (own: FakeGroup, what: string, body: Json): Response | undefined => {
    const { invitations: tokens = [] } = own;
    const path = `/conversations/${GROUP}/invitations`;
    if (what === `GET ${path}`) return json(200, { results: tokens.map(invitation) });
    if (what === `POST ${path}`) {
      const token = `token-${tokens.length + 1}`;
      own.invitations = [token, ...tokens];
      return json(201, { ...invitation(token), ...body, token });
    }
    const [, revoked] = /^DELETE .*\/invitations\/id-of-(.*)$/.exec(what) ?? [];
    if (revoked) {
      own.invitations = tokens.filter((one) => one !== revoked);
      return new Response(null, { status: 204 });
    }
    const [, asked] = /^POST \/invitations\/(preview|join)$/.exec(what) ?? [];
    if (!asked) return undefined;
    const token = String(body.token);
    if (!tokens.includes(token)) return problem(404, 'invitation_not_found');
    const { role, expires_at } = invitation(token);
    const members = Object.keys(own.roles).length;
    const conversation = { id: GROUP, title: own.title, members };
    if (asked === 'preview') return json(200, { conversation, role, expires_at, invited_by: person(BOB) });
    if (!(ADA in own.roles)) server.happen(ADA, { type: 'joined', users: [ADA] });
    return json(200, withMembers());
  };
  const changeGroup = (what: string, body: Json): Response | undefined => {
    if (!group) return undefined;
    if (what === 'POST /conversations') {
      server.happen(ADA, { type: 'created', title: body.title, users: [ADA, ...body.members] });
      group.roles[ADA] = 'owner';
      return json(201, withMembers());
    }
    if (what === `PATCH /conversations/${GROUP}`) {
      const { title, description, who } = body;
      const fields = Object.keys(body);
      if (description !== undefined) group.description = description;
      if (who) group.who = { ...WHO, ...group.who, ...who };
      const isRenamed = fields.length === 1 && title !== undefined;
      server.happen(ADA, isRenamed ? { type: 'renamed', title } : { type: 'changed', fields, title });
      return json(200, withMembers());
    }
    if (what === `DELETE /conversations/${GROUP}`) {
      server.happen(ADA, { type: 'dissolved' });
      group.roles = {};
      return new Response(null, { status: 204 });
    }
    const invited = invitations(group, what, body);
    if (invited) return invited;
    const [, method, user = ''] = /^(PUT|DELETE) .*\/members\/(.*)$/.exec(what) ?? [];
    if (method === 'PUT') {
      const type = user in group.roles ? 'role' : 'joined';
      server.happen(ADA, { type, users: [user], ...(body.role && { role: body.role }) });
      return json(200, { ...person(user), role: group.roles[user] });
    }
    if (method !== 'DELETE') return undefined;
    server.happen(ADA, { type: user === ADA ? 'left' : 'removed', users: [user] });
    return new Response(null, { status: 204 });
  };
  const tokens = (user = ADA) => {
    generation += 1;
    const claims = {
      user_id: user,
      username: user === ADA ? 'ada' : 'bob',
      sid: server.session,
      iat: 0,
      exp: server.lifetime,
      jti: generation,
    };
    return { access: `x.${btoa(JSON.stringify(claims)).replace(/=/g, '')}.x`, refresh: `r${generation}` };
  };

  const answer = (what: string, query: URLSearchParams, body: Json): Response => {
    if (what === 'POST /users/token') return json(200, tokens(body.email === 'bob@example.com' ? BOB : ADA));
    if (what === 'POST /users/token/exchange') {
      exchanged.push(body);
      isEnded = false;
      return json(200, tokens(body.subject_token === 'of bob' ? BOB : ADA));
    }
    if (what === 'DELETE /users/me') {
      deletions.push(body);
      isEnded = true;
      return new Response(null, { status: 204 });
    }
    if (what === 'POST /users/token/refresh') {
      const uses = (refreshed.get(body.refresh) ?? 0) + 1;
      refreshed.set(body.refresh, uses);
      const last = exchange?.replaced === body.refresh ? exchange : undefined;
      const isRepeated = last !== undefined && Date.now() - last.at < 60_000;
      if (uses > 1 && !isRepeated) isEnded = true;
      if (isEnded) return problem(401, 'token_invalid');
      const pair = tokens();
      if (isRepeated) return json(200, { ...pair, refresh: last.successor });
      exchange = { replaced: body.refresh, successor: pair.refresh, at: Date.now() };
      return json(200, pair);
    }
    if (what === 'POST /users/logout') return new Response(null, { status: 204 });
    if (what === 'PATCH /users/me') Object.assign(server.profile, body);
    if (what.endsWith(' /users/me')) return json(200, server.profile);
    if (what === `GET /users/${BOB}`) return json(200, { id: BOB, username: 'bob', ...server.bob });
    if (what === 'GET /conversations') return json(200, { next: null, results: isIn() ? [entry()] : [] });
    const changed = changeGroup(what, body);
    if (changed) return changed;
    if (!isIn()) return problem(404, 'conversation_not_found');
    if (what === `PATCH /conversations/${talk}/settings`) return json(200, changeSettings(body));
    if (what === `GET /conversations/${talk}`) return json(200, withMembers());
    const limit = Number(query.get('limit'));
    const after = query.get('after');
    const around = Math.min(Number(query.get('around') ?? 0), log.length);
    const before = around > 0 ? around + 1 : Number(query.get('before') ?? log.length + 1);
    const start = (group?.firstSeq ?? 1) - 1;
    const results = after
      ? log.slice(Math.max(start, Number(after)), Number(after) + limit)
      : log.slice(Math.max(start, before - 1 - limit), before - 1);
    const first = query.has('before') || after ? {} : { last_change: changes.length };
    return json(200, { last_seq: log.length, ...first, older: null, newer: null, results });
  };

  const process = (frame: Json, from?: FakeSocket): Json => {
    switch (frame.action) {
      case 'auth.refresh':
        return { type: 'auth.refreshed', expires_at: new Date(0).toISOString() };
      case 'ping':
        return { type: 'pong', time: new Date().toISOString() };
      case 'message.send': {
        if (frame.messages) {
          let isRefused = false;
          const results = frame.messages.map((one: Json) => {
            const { client_id } = one;
            if (isRefused) return { client_id, status: 'not_tried' };
            isRefused = one.text === faults.refuses;
            if (isRefused)
              return { client_id, status: 'refused', code: 'client_id_conflict', detail: 'Used before.' };
            const { type, sender, sender_id, conversation, ...message } = process({
              ...frame,
              messages: undefined,
              ...one,
            });
            if (type === 'error') {
              isRefused = true;
              return { client_id, status: 'refused', ...message };
            }
            return { status: 'stored', ...message };
          });
          return { type: 'messages.sent', conversation: talk, results };
        }
        const earlier = log
          .slice(Math.max(0, (frame.after ?? 0) - 1))
          .find((one) => one.client_id === frame.client_id);
        if (!earlier && frame.reply_to > log.length)
          return { type: 'error', code: 'reply_to_invalid', detail: 'There is no such message.' };
        const message =
          earlier ?? append(ADA, frame.text, frame.client_id, frame.read ?? frame.after ?? 0, frame);
        return { type: 'message.sent', ...message, sender: 'ada' };
      }
      case 'message.edit':
      case 'message.delete': {
        const { seq, text } = frame;
        const { sender_id, version = 1, deleted_at, message } = log[seq - 1] ?? {};
        const refusal = (code: string, more = {}) => ({ type: 'error', code, detail: code, ...more });
        if (!sender_id) return refusal('message_not_found');
        const mayDelete = ['owner', 'moderator'].includes(group?.roles[ADA] ?? '') && text === undefined;
        if (sender_id !== ADA && !mayDelete) return refusal('not_your_message');
        if (deleted_at && text !== undefined) return refusal('message_deleted');
        const isRepeat = message === text && (version === frame.version || version === frame.version + 1);
        if (text !== undefined && !isRepeat && version !== frame.version)
          return refusal('version_conflict', { present: log[seq - 1] });
        if (!isRepeat && !deleted_at) change(seq, text, from);
        return changedFrame(log[seq - 1]);
      }
      case 'message.react':
      case 'message.unreact': {
        const { seq } = frame;
        const refusal = (code: string) => ({ type: 'error', code, detail: code });
        if (!log[seq - 1]) return refusal('message_not_found');
        const isOn = frame.action === 'message.react';
        if (isOn && log[seq - 1].deleted_at) return refusal('message_deleted');
        // A heart without the selector that makes it an emoji is the same one.
        react(ADA, seq, frame.emoji === '\u2764' ? '\u2764\ufe0f' : frame.emoji, isOn, from);
        return changedFrame(log[seq - 1]);
      }
      case 'sync': {
        const { seq, change: held } = frame.conversations[talk] ?? {
          seq: log.length,
          change: changes.length,
        };
        const isReset = changes.length - held >= server.kept;
        const missed = isReset ? [] : [...new Set(changes.slice(held))].filter((one) => one <= seq);
        const told = missed.slice(0, server.synced);
        const left = new Set(missed.slice(server.synced));
        const cut = changes.findIndex((one, i) => i >= held && left.has(one));
        const missing = isIn() ? log.slice(seq) : [];
        const room = server.synced - told.length;
        return {
          type: cut >= 0 || missing.length > room ? 'sync.page' : 'sync.done',
          messages: missing.slice(0, room),
          changed: told.map((one) => log[one - 1]),
          changes:
            isReset || !(talk in frame.conversations) ? {} : { [talk]: cut < 0 ? changes.length : cut },
          resets: isReset ? [talk] : [],
          ...(group && { gone: isIn() || !(talk in frame.conversations) ? [] : [talk] }),
          conversations:
            isIn() && (talk in frame.conversations || frame.since !== undefined) ? [entry()] : [],
          position: new Date(0).toISOString(),
        };
      }
      case 'presence.watch':
        return {
          type: 'presence',
          users: frame.users.map((user_id: string) => ({
            user_id,
            ...(user_id === BOB ? server.bob : { online: true, last_seen: null }),
          })),
        };
      case 'typing':
        return { type: 'typing', conversation: talk, user_id: ADA, expires_in: 6, forwarded: true };
      default:
        if (frame.action === 'conversation.read') {
          if (frame.seq > receipts.read && server.settings?.unread) set({ unread: false });
          receipts.read = Math.max(receipts.read, frame.seq);
        }
        return { type: frame.action, conversation: talk, user_id: ADA, seq: frame.seq, moved: true };
    }
  };

  server.WebSocket = function open(this: unknown, _url: string, [, token = '']: string[]) {
    const socket: FakeSocket = {
      token,
      frames: [],
      isOpen: false,
      closedByClient: false,
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      deliver: (frame) => socket.onmessage?.({ data: JSON.stringify(frame) } as never),
      cut: () => {
        socket.isOpen = false;
        socket.onclose?.(undefined as never);
      },
      close: () => {
        socket.isOpen = false;
        socket.closedByClient = true;
      },
      send: (text) => {
        const frame = JSON.parse(text);
        socket.frames.push(frame);
        if (!socket.isOpen) return;
        tries += 1;
        const how = faults.reply?.(frame, tries) ?? 1;
        if (typeof how === 'object') {
          const said = 'error' in how ? { ...how.error, ref: frame.ref } : how.gateway;
          return void setTimeout(() => socket.deliver(said), 1);
        }
        if (frame.action === 'auth.refresh') socket.token = frame.token;
        const reply = { ...process(frame, socket), ref: frame.ref };
        if (how !== 'lost') setTimeout(() => socket.isOpen && socket.deliver(reply), how);
      },
    };
    sockets.push(socket);
    const how = faults.handshake?.(token) ?? 'open';
    if (how === 'open') {
      setTimeout(() => {
        if (socket.closedByClient) return;
        socket.isOpen = true;
        socket.onopen?.(undefined as never);
      }, 5);
    }
    if (how === 'refuse') setTimeout(() => socket.cut(), 5);
    return socket;
  } as unknown as SocketConstructor;
  return server;
}
