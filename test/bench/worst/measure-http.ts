import { randomUUID } from 'node:crypto';
import { MAX_BLOCKS } from '../../../functions/core/blocks/block.ts';
import { MAX_SESSIONS } from '../../../functions/core/sessions/own-sessions.ts';
import { auditKey, directoryKey, profileKey, sessionKey } from '../../../functions/storage/keys.ts';
import { tokenFor } from '../../support/mailbox.ts';
import { conversationOf } from '../../support/people.ts';
import { storeAll } from '../../support/runtime-table.ts';
import { makeStaff } from '../../support/staff.ts';
import { PRICES } from '../prices.ts';
import type { BenchIssuer } from './bench-issuer.ts';
import { measureGroups } from './measure-groups.ts';
import { measureInvitations } from './measure-invitations.ts';
import { measureSettings } from './measure-settings.ts';
import type { Setting } from './measure-sockets.ts';
import { ESCAPED, LARGEST, type WorstScene, withData } from './scene.ts';
import type { Consumed } from './table.ts';

/** The operations of the HTTP API. */
export async function measureHttp(setting: Setting, issuer: BenchIssuer, progress: (kind: string) => void) {
  progress('logs');
  const logs = await measureLogs(setting);
  progress('users');
  const users = await measureUsers(setting);
  progress('accounts');
  const accounts = await measureAccounts(setting);
  progress('exchanges');
  const exchanges = await measureExchanges(setting, issuer);
  progress('blocks');
  const blocks = await measureBlocks(setting);
  progress('settings');
  const settings = await measureSettings(setting);
  progress('groups');
  const groups = await measureGroups(setting);
  progress('invitations');
  const invitations = await measureInvitations(setting);
  progress('moderation');
  const moderation = await measureModeration(setting);
  return {
    ...logs,
    ...users,
    ...accounts,
    ...exchanges,
    ...blocks,
    ...settings,
    ...groups,
    ...invitations,
    ...moderation,
  };
}

/** Counts a request. The first call of a function also reads the public keys, so it is made twice. */
async function counted(scene: WorstScene, status: number, ...request: Parameters<WorstScene['http']>) {
  await scene.answer(status, ...request);
  return scene.count(() => scene.answer(status, ...request));
}

async function measureLogs({ scene, ada, charles, hers }: Setting) {
  const { access } = ada;
  const conversation = conversationOf(ada, charles);
  const log = `/conversations/${conversation}/messages/`;
  const get = (path: string) => counted(scene, 200, path, { access });
  const page = async (query: string) => get(`${log}?limit=100&${query}`);
  const history = await get(`/chat/history/${charles.id}/?limit=100&offset=30`);
  const messages = await page('after=0');
  const around = await page('around=30');
  const stranger = await scene.person();
  await scene.say(
    hers,
    stranger,
    Array.from({ length: 30 }, () => ESCAPED),
  );
  const escaped = await get(`/conversations/${conversationOf(ada, stranger)}/messages/?limit=100&before=30`);
  const post = async () => scene.answer(201, log, { access, body: withData(LARGEST) });
  await post();
  const changing =
    (method: string, body?: object, below = '') =>
    async () => {
      const { seq } = await scene.answer(201, log, { access, body: withData(LARGEST) });
      if (method === 'DELETE' && below) {
        await scene.answer(200, `${log}${seq}/${below}`, { access, method: 'PUT' });
      }
      const work = () =>
        scene.answer(200, `${log}${seq}/${below}`, { access, method, ...(body && { body }) });
      return scene.count(work, { only: ['change-message'] });
    };
  // The first call reads the public keys, too.
  await changing('DELETE')();
  const patch = await changing('PATCH', { version: 1, text: `${LARGEST.slice(2)}x` })();
  const removal = await changing('DELETE')();
  const thumb = `reactions/${encodeURIComponent('👍')}/`;
  const reaction = await changing('PUT', undefined, thumb)();
  const noReaction = await changing('DELETE', undefined, thumb)();
  // What follows is dearer behind a message of 16 KB than behind a deleted one.
  await post();
  const entry = await get(`/conversations/${conversation}/`);
  const inbox = await get('/conversations/?limit=100');
  const bodies = { text: 'x'.repeat(64 * 1024) };
  const tooLarge = await counted(scene, 413, log, { access, body: bodies });
  const fields = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}-${'x'.repeat(700)}`, i]));
  const faults = await counted(scene, 400, '/users/register/', { body: fields });
  return {
    ...{ history, messages, around, escaped, inbox, conversation: entry, tooLarge, faults },
    ...{ patch, removal, reaction, noReaction },
    post: await scene.count(post, { only: ['send-message'] }),
  };
}

async function measureUsers(setting: Setting) {
  const { scene, ada, charles } = setting;
  const { access } = ada;
  await fillDirectory(scene, 1_100);
  const get = (path: string) => counted(scene, 200, path, { access });
  return {
    users: await get('/users/?limit=100&offset=1000'),
    search: await get('/users/?limit=100&search=worst-'),
    rare: await get('/users/?limit=100&search=nobody-has-this-name'),
    user: await get(`/users/${charles.id}/`),
    me: await get('/users/me/'),
    exported: await measureExport(setting),
    notFound: await counted(scene, 404, '/conversations-of-nobody/', { access }),
  };
}

/** Each page reads the entries of up to 20 conversations, and their texts as far as they fit. */
async function measureExport({ scene, ada: { access } }: Setting): Promise<Consumed> {
  const path = '/users/me/export/';
  await scene.answer(200, path, { access });
  const pages: Consumed[] = [];
  for (let query: string | undefined = ''; query !== undefined; ) {
    let link = '';
    const page = async () => {
      link = (await scene.answer(200, path + query, { access })).link as string;
    };
    pages.push(await scene.count(page));
    query = /\?[^>]*/.exec(link)?.[0];
  }
  const usd = ({ megabytes, rru }: Consumed) => megabytes * PRICES.megabytes + rru * PRICES.rru;
  return pages.reduce((one, other) => (usd(other) > usd(one) ? other : one));
}

/** Entries of users with the longest names. To register so many would take minutes, and a page reads nothing else of them. */
async function fillDirectory({ runtime }: WorstScene, count: number) {
  const items = Array.from({ length: count }, (_, i) => {
    const username = `a-${String(i).padStart(6, '0')}-${'x'.repeat(141)}`;
    return { ...directoryKey('users', username), id: randomUUID(), username, counted: true };
  });
  await storeAll(runtime, items);
}

async function measureAccounts(setting: Setting) {
  const { scene, ada, hers } = setting;
  const registered = scene.newcomer();
  const users = async () => (await scene.answer(200, '/users/?limit=1', ada)).count as number;
  const before = await users();
  const register = await scene.count(() => scene.answer(201, '/users/register/', { body: registered }), {
    only: ['register', 'account-changes'],
    waiting: () => scene.until(async () => (await users()) > before),
  });
  const again = { ...registered, email: `other.${registered.email}` };
  const taken = await scene.count(() => scene.answer(400, '/users/register/', { body: again }));
  const { email, password } = registered;
  const bySessions = await measureSessions(setting);
  const body = { email, password: 'not the password' };
  const wrong = await scene.count(() => scene.answer(401, '/users/token/', { body }));
  let { refresh: held } = await scene.logIn({ email, password });
  const renew = async () => {
    ({ refresh: held } = (await scene.answer(200, '/users/token/refresh/', {
      body: { refresh: held },
    })) as unknown as { refresh: string });
  };
  await renew();
  const refresh = await scene.count(renew);

  const guest = await scene.person();
  await scene.device(guest);
  const { access } = guest;
  const wait = (requests: number) => () => scene.made('account-changes', requests);
  await scene.say(hers, guest, ['x']);
  await scene.shown(ada, guest, 1);
  await hers.ask('presence.watch', { users: [guest.id] });
  const change = (presence: string, first_name: string) =>
    scene.answer(200, '/users/me/', {
      access,
      method: 'PATCH',
      body: { first_name, last_name: first_name, presence },
    });
  await change('shown', 'a');
  const changeMe = await scene.count(
    () =>
      Promise.all([
        change('hidden', 'é'.repeat(150)),
        hers.heard(({ type, ref }) => type === 'presence' && !ref),
      ]),
    { only: ['me', 'account-changes'] },
  );
  const logout = await scene.count(
    async () => {
      const path = '/users/logout/';
      await scene.answer(204, path, { access, body: { refresh_token: guest.refresh } });
    },
    // The session's sockets, the removal of the socket, and what follows from that.
    { only: ['logout', 'disconnect', 'account-changes'], waiting: wait(5) },
  );
  return { register, taken, wrong, refresh, changeMe, logout, ...bySessions };
}

/** Somebody who blocks as many users as possible. One of them is online, and each of the two watches the other. */
async function measureBlocks({ scene }: Setting) {
  const [guest, other] = [await scene.person(), await scene.person()];
  const { access } = guest;
  const [own, theirs] = [await scene.device(guest), await scene.device(other)];
  await scene.say(own, other, ['x']);
  await scene.shown(guest, other, 1);
  await scene.shown(other, guest, 1);
  await own.ask('presence.watch', { users: [other.id] });
  await theirs.ask('presence.watch', { users: [guest.id] });
  const others = Array.from({ length: MAX_BLOCKS - 1 }, (_, i) => {
    const id = randomUUID();
    return { ...profileKey(id), ...scene.newcomer(), id, username: `b-${i}-${'x'.repeat(145)}` };
  });
  await storeAll(scene.runtime, others);
  const ask = (method: 'PUT' | 'DELETE', userId: string) =>
    scene.answer(204, `/users/${userId}/block/`, { access, method });
  for (const { id } of others) await ask('PUT', id);
  await scene.settled('account-changes');
  const told = [own, theirs].map(
    (one) => () => one.heard(({ type, ref }) => type === 'presence' && ref === undefined),
  );
  const count = (method: 'PUT' | 'DELETE') =>
    scene.count(() => Promise.all([ask(method, other.id), ...told.map((heard) => heard())]), {
      only: ['blocks', 'account-changes'],
      waiting: () => scene.settled('account-changes'),
    });
  const block = await count('PUT');
  const blocks = await counted(scene, 200, '/users/me/blocks/', { access });
  const unblock = await count('DELETE');
  // Whatever is open later on is taken for a device of the two who talk.
  await Promise.all([own.close(), theirs.close()]);
  return { block, blocks, unblock };
}

/** Messages of the largest size are reported. Staff read such reports, whose texts are the largest as JSON, and suspend somebody. */
async function measureModeration({ scene }: Setting) {
  const [reporter, other, moderator] = [await scene.person(), await scene.person(), await scene.person()];
  await makeStaff(scene.runtime, moderator.id);
  const theirs = await scene.device(other);
  const conversation = conversationOf(reporter, other);
  await scene.say(theirs, reporter, [
    ...Array.from({ length: 7 }, () => LARGEST),
    ...Array.from({ length: 14 }, () => ESCAPED),
  ]);
  const ask = async (seq: number, text: string) => {
    const body = { user: other.id, message: { conversation, seq }, reason: 'harassment', text };
    return (await scene.answer(201, '/reports/', { access: reporter.access, body })).id as string;
  };
  await ask(3, '🦀'.repeat(1_000));
  const report = await scene.count(() => ask(4, '🦀'.repeat(1_000)));
  const largest = await ask(5, '🦀'.repeat(1_000));
  for (let seq = 10; seq < 20; seq += 1) await ask(seq, `!${'\u0001'.repeat(999)}`);
  const { access } = moderator;
  const resolving = (id: string) =>
    scene.answer(204, `/reports/${id}/resolve/`, {
      access,
      body: { action: 'dismissed', note: '🦀'.repeat(1_000) },
    });
  const { results } = await scene.answer(200, '/reports/?limit=3', { access });
  const [first, second] = results as { id: string }[];
  await resolving(first?.id ?? '');
  await resolving(second?.id ?? '');
  const resolve = await scene.count(() => resolving(largest));
  const reports = await counted(scene, 200, '/reports/', { access });
  const guest = await scene.person();
  await logInEverywhere(scene, guest);
  const path = `/users/${guest.id}/suspension/`;
  await scene.answer(204, path, { access, method: 'DELETE' });
  const suspend = await scene.count(() => scene.answer(204, path, { access, method: 'PUT' }), {
    only: ['suspension', 'account-changes'],
    waiting: () => scene.settled('account-changes'),
  });
  // Nothing follows from it.
  const restoreUser = await scene.count(() => scene.answer(204, path, { access, method: 'DELETE' }), {
    only: ['suspension'],
  });
  await storeAll(
    scene.runtime,
    Array.from({ length: 120 }, (_, i) => ({
      ...auditKey(guest.id, {
        time: `2026-11-01T12:00:00.${String(i).padStart(3, '0')}Z`,
        name: randomUUID(),
      }),
      event: 'surplus_sessions_ended',
      at: '2026-11-01T12:00:00.000Z',
      ...{ operation: 'POST /users/token/exchange', device: 'x'.repeat(256), address: '192.0.2.1' },
      session: randomUUID(),
      ttl: Math.floor(Date.now() / 1000) + 86_400,
    })),
  );
  const audit = await counted(scene, 200, `/users/${guest.id}/audit/?limit=100`, { access });
  await theirs.close();
  return { report, reports, resolve, suspend, restoreUser, audit };
}

/** Users of another issuer, with the longest names. */
async function measureExchanges({ scene, ada }: Setting, issuer: BenchIssuer) {
  const claims = (given_name: string, email: string) => ({
    preferred_username: ada.username,
    given_name,
    family_name: given_name,
    email,
    email_verified: true,
  });
  const exchange = async (of: object) =>
    scene.answer(200, '/users/token/exchange/', { body: await issuer.exchange(of) });
  const first = claims('é'.repeat(150), `1.${randomUUID()}@example.com`);
  const other = claims('è'.repeat(150), `2.${randomUUID()}@example.com`);
  // It reads the keys of the issuer, and publishes Parley's own.
  await exchange({ ...first, sub: 'before', email_verified: false });
  const measured = await scene.count(() => exchange({ ...first, sub: 'measured' }), {
    only: ['exchange', 'account-changes'],
    waiting: () => scene.made('account-changes', 2),
  });
  const { access } = await exchange({ ...first, sub: 'measured' });
  const { id: userId } = await scene.answer(200, '/users/me/', { access: access as string });
  await fillSessions(scene, userId as string, MAX_SESSIONS);
  const again = await scene.count(() => exchange({ ...other, sub: 'measured' }), {
    only: ['exchange', 'account-changes'],
    waiting: () => scene.made('account-changes', 1),
  });
  return { exchange: measured, exchangeAgain: again };
}

/** Sessions that have been refreshed. An account may not exchange so many tokens in a minute. */
async function fillSessions({ runtime }: WorstScene, userId: string, count: number) {
  const hash = 'x'.repeat(43);
  const items = Array.from({ length: count }, () => {
    const id = randomUUID();
    const [createdAt, rotatedAt] = ['2026-11-01T12:00:00.000Z', '2026-11-01T12:00:00.000Z'];
    const ttl = Math.floor(Date.now() / 1000) + 86_400;
    const client = { device: 'x'.repeat(256), address: '192.0.2.1' };
    const hashes = { familyHash: hash, rotationHash: hash, replacedHash: hash, salt: hash };
    return { ...sessionKey(userId, id), id, userId, ...client, ...hashes, createdAt, rotatedAt, ttl };
  });
  await storeAll(runtime, items);
}

/** Opens all sessions that a user may have besides the first one, and resolves with an access token of the last one. */
async function logInEverywhere(scene: WorstScene, who: Parameters<WorstScene['logIn']>[0]): Promise<string> {
  let access = '';
  // A session is larger once it is refreshed.
  for (let count = 1; count < MAX_SESSIONS; count += 1) {
    const { refresh } = await scene.logIn(who);
    const refreshed = await scene.answer(200, '/users/token/refresh/', { body: { refresh } });
    access = refreshed.access as string;
  }
  return access;
}

/** An account with as many sessions as it can have. */
async function measureSessions(setting: Setting) {
  const { scene } = setting;
  const guest = await scene.person();
  const path = '/users/me/sessions/';
  const access = await logInEverywhere(scene, guest);
  // Each session that ends makes the stream's function read the account's sockets.
  const count = (work: () => Promise<unknown>, entry: string, requests: number) =>
    scene.count(work, {
      only: [entry, 'account-changes', 'disconnect'],
      waiting: () => scene.made('account-changes', requests),
    });
  const token = await count(() => scene.logIn(guest), 'token', 1);
  const sessions = await counted(scene, 200, path, { access });
  const ticket = await count(() => scene.answer(201, '/ws/ticket/', { access, method: 'POST' }), 'ticket', 0);
  const one = await scene.logIn(guest);
  await scene.device(one);
  const { results } = await scene.answer(200, path, one);
  const { id } = (results as { id: string; current: boolean }[]).find(({ current }) => current) ?? {};
  const end = (which = '') => scene.answer(204, path + which, { access, method: 'DELETE' });
  const endSession = await count(() => end(`${id}/`), 'sessions', 5);
  await scene.made('disconnect', 1);
  await scene.logIn(guest);
  const endSessions = await scene.count(() => end(), {
    only: ['sessions', 'account-changes'],
    // All that end in one batch need one look at the sockets, and nobody knows how many batches there are.
    waiting: () => scene.settled('account-changes'),
  });
  const changePassword = await measurePassword(setting);
  const mailed = await measureMail(setting);
  const deleteAccount = await measureDeletion(setting);
  return { sessions, ticket, endSession, endSessions, changePassword, ...mailed, deleteAccount, token };
}

/** Another such account changes its password. Its first change, which ends no session, has the function read the public keys. */
async function measurePassword({ scene }: Setting) {
  const guest = await scene.person();
  const { access } = guest;
  const change = (password: string, new_password: string) =>
    scene.answer(204, '/users/me/password/', { access, body: { password, new_password } });
  const password = `${guest.password} again`;
  await change(guest.password, password);
  await logInEverywhere(scene, { ...guest, password });
  return scene.count(() => change(password, guest.password), {
    only: ['own-password', 'account-changes'],
    waiting: () => scene.settled('account-changes'),
  });
}

/** Another such account gets links by mail, and uses them. */
async function measureMail({ scene }: Setting) {
  const guest = await scene.person();
  const { access, email } = guest;
  const folder = scene.runtime.mailFolder;
  const ask = () => scene.answer(202, '/users/password/reset/', { body: { email } });
  const confirm = (password: string) => {
    const body = { token: tokenFor(folder, email, 'reset'), password };
    return scene.answer(204, '/users/password/reset/confirm/', { body });
  };
  const askReset = await scene.count(ask);
  const askVerification = await counted(scene, 202, '/users/me/email/verification/', {
    access,
    method: 'POST',
  });
  const body = { token: tokenFor(folder, email, 'verify') };
  const verify = await scene.count(() => scene.answer(204, '/users/email/verification/', { body }), {
    only: ['verify-email', 'account-changes'],
    waiting: () => scene.settled('verify-email'),
  });
  await logInEverywhere(scene, guest);
  const reset = await scene.count(() => confirm(`${guest.password} again`), {
    only: ['confirm-reset', 'account-changes'],
    waiting: () => scene.settled('account-changes'),
  });
  return { askReset, askVerification, verify, reset };
}

/** The account of somebody else, deleted before, has the function read the public keys. */
async function measureDeletion({ scene }: Setting) {
  const [guest, other] = [await scene.person(), await scene.person()];
  const remove = ({ access, password }: Pick<typeof guest, 'access' | 'password'>) =>
    scene.answer(204, '/users/me/', { access, method: 'DELETE', body: { password } });
  const socket = await scene.device(guest);
  await scene.say(socket, other, ['x']);
  await scene.shown(guest, other, 1);
  await remove(other);
  await logInEverywhere(scene, guest);
  await scene.settled('account-changes');
  return scene.count(() => remove(guest), {
    only: ['delete-account', 'account-changes', 'disconnect'],
    waiting: () => scene.settled('account-changes'),
  });
}
