import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, it, vi } from 'vitest';
import * as parley from '../../client/index.ts';
import { type Message, memoryTokens, type Tokens } from '../../client/index.ts';
import { CONNECTION_MS, cuttable, pause, runningSystem, until } from './live.ts';
import { texts } from './support.ts';

// Many devices talk at once, while another file of tests has the other core.
vi.setConfig({ testTimeout: 90_000 });

const system = runningSystem();

it.concurrent('two users talk on three devices: messages, receipts, typing, presence, inbox', async () => {
  const [ada, bob] = await Promise.all([system.person(), system.person()]);
  const second = system.device();
  await second.logIn(ada.credentials);
  const [talk, there, beside] = [
    ada.client.conversationWith(bob.id),
    bob.client.conversationWith(ada.id),
    second.conversationWith(bob.id),
  ];
  await Promise.all([talk.open(), there.open(), beside.open()]);
  for (const text of ['one', 'two', 'three']) talk.send(text);
  for (const { messages } of [talk, there, beside]) await until(messages, ({ length }) => length === 3);
  expect(texts(there.messages.value)).toEqual(['one', 'two', 'three']);

  await until(talk.messages, (messages) => messages.every(({ state }) => state === 'delivered'));
  there.type();
  await until(talk.typing, Boolean);
  there.markRead();
  await until(talk.messages, (messages) => messages.every(({ state }) => state === 'read'));
  await until(beside.messages, (messages) => messages.every(({ state }) => state === 'read'));

  await until(
    bob.client.inbox.items,
    ([first]) =>
      first?.last.text === 'three' && first.kind === 'pair' && first.peer.username === ada.username,
  );
  bob.client.presence.watch([ada.id]);
  await until(bob.client.presence.of(ada.id), (presence) => presence?.online === true);
});

// Not concurrent, because it measures time.
it('cuts by API Gateway and expired tokens leave no visible gap', async () => {
  const tokens = memoryTokens();
  const [ada, bob] = await Promise.all([system.person({ tokens }), system.person()]);
  const [talk, there] = [ada.client.conversationWith(bob.id), bob.client.conversationWith(ada.id)];
  await Promise.all([talk.open(), there.open()]);
  // So that the refresh function has had its cold start, and the token is new.
  await Promise.all([ada.client.refresh(), bob.client.refresh()]);
  const refreshToken = async () => ((await tokens.load()) as Tokens).refresh;
  const before = await refreshToken();
  const states = new Set<string>();
  for (const { client } of [ada, bob]) client.connection.subscribe((state) => states.add(state));
  const said: string[] = [];
  for (const started = Date.now(); Date.now() - started < CONNECTION_MS * 1.5; await pause(150)) {
    said.push(`${said.length}`);
    talk.send(said.at(-1) as string);
  }
  await until(there.messages, (messages) => messages.length === said.length);
  expect(texts(there.messages.value)).toEqual(said);
  await until(talk.messages, (messages) => messages.every(({ state }) => state !== 'sending'));
  expect([...states]).toEqual(['online']);
  expect(await refreshToken()).not.toBe(before);
});

it.concurrent('50 messages each way while connections are cut: none is lost, doubled or out of order', async () => {
  const [first, second] = [cuttable(), cuttable()];
  const [ada, bob] = await Promise.all([
    system.person({ WebSocket: first.WebSocket }),
    system.person({ WebSocket: second.WebSocket }),
  ]);
  const [talk, there] = [ada.client.conversationWith(bob.id), bob.client.conversationWith(ada.id)];
  await Promise.all([talk.open(), there.open()]);
  for (let i = 0; i < 50; i += 1) {
    talk.send(`ada ${i}`);
    there.send(`bob ${i}`);
    if (i % 20 === 10) first.cut();
    if (i % 20 === 15) second.cut();
    await pause(20);
  }
  const isAll = (messages: readonly Message[]) =>
    messages.filter(({ seq }) => seq !== undefined).length === 100;
  const [own, theirs] = await Promise.all([until(talk.messages, isAll), until(there.messages, isAll)]);
  expect(own.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(texts(theirs)).toEqual(texts(own));
  for (const name of ['ada', 'bob']) {
    const order = texts(own).filter((text) => text.startsWith(name));
    expect(order).toEqual(Array.from({ length: 50 }, (_, i) => `${name} ${i}`));
  }
});

it.concurrent('one device logs out while the other stays logged in', async () => {
  const [ada, bob] = await Promise.all([system.person(), system.person()]);
  const other = system.device();
  await other.logIn(ada.credentials);
  await until(other.connection, (state) => state === 'online');
  await ada.client.logOut();
  const talk = other.conversationWith(bob.id);
  await talk.open();
  talk.send('still here');
  await until(talk.messages, ([first]) => first?.state === 'sent' || first?.state === 'delivered');
  expect([ada.client.connection.value, other.connection.value]).toEqual(['off', 'online']);
});

it.concurrent('a device sees where else its user is logged in, and logs the others out', async () => {
  const ada = await system.person();
  const [phone, tablet] = [system.device(), system.device()];
  for (const one of [phone, tablet]) {
    await one.logIn(ada.credentials);
    await until(one.connection, (state) => state === 'online');
  }
  const all = await ada.client.sessions();
  expect(all.map(({ current }) => current)).toEqual([false, false, true]);
  const current = (await phone.sessions()).find((one) => one.current);
  await ada.client.endSession(current?.id.toUpperCase() ?? '');
  expect((await until(phone.session, ({ state }) => state !== 'in')).state).toBe('ended');
  await expect(ada.client.endSession(current?.id ?? '')).rejects.toMatchObject({ code: 'session_not_found' });
  expect(tablet.session.value.state).toBe('in');
  await ada.client.endOtherSessions();
  expect((await until(tablet.session, ({ state }) => state !== 'in')).state).toBe('ended');
  expect(await ada.client.sessions()).toMatchObject([{ current: true }]);
});

it.concurrent('a new password logs all other devices out, and needs the present one', async () => {
  const ada = await system.person();
  const phone = system.device();
  await phone.logIn(ada.credentials);
  const { email, password } = ada.credentials;
  const change = (present: string) =>
    ada.client.changePassword({ password: present, new_password: 'a better one than that' });
  await expect(change('not the present one')).rejects.toMatchObject({ code: 'wrong_password', status: 403 });
  expect(ada.client.session.value.state).toBe('in');
  await change(password);
  expect((await until(phone.session, ({ state }) => state !== 'in')).state).toBe('ended');
  expect(ada.client.session.value.state).toBe('in');
  await phone.logIn({ email, password: 'a better one than that' });
});

it.concurrent('a user deletes the account, and is logged out everywhere; others see it', async () => {
  const [ada, bob] = [await system.person(), await system.person()];
  const phone = system.device();
  await phone.logIn(ada.credentials);
  const { password } = ada.credentials;
  await expect(ada.client.deleteAccount('not it')).rejects.toMatchObject({ code: 'wrong_password' });
  expect(ada.client.session.value.state).toBe('in');
  await ada.client.deleteAccount(password);
  expect(ada.client.session.value.state).toBe('out');
  expect((await until(phone.session, ({ state }) => state !== 'in')).state).toBe('ended');
  const seen = { id: ada.id, username: 'Deleted account', deleted: true, online: false };
  expect(await bob.client.user(ada.id)).toMatchObject(seen);
  const again = ada.client.logIn(ada.credentials);
  await expect(again).rejects.toMatchObject({ code: 'wrong_credentials' });
});

it.concurrent('whoever blocks a user can neither write to them nor be written to, until the block ends', async () => {
  const [ada, bob] = await Promise.all([system.person(), system.person()]);
  const [talk, there] = [ada.client.conversationWith(bob.id), bob.client.conversationWith(ada.id)];
  await Promise.all([talk.open(), there.open()]);
  talk.send('before');
  await until(there.messages, ({ length }) => length === 1);
  expect(ada.client.isBlocked(bob.id).value ?? false).toBe(false);
  await ada.client.block(bob.id.toUpperCase());
  expect(ada.client.isBlocked(bob.id).value).toBe(true);
  expect(await ada.client.blocked()).toEqual([{ id: bob.id, username: bob.username }]);
  there.send('refused');
  const last = await until(there.messages, (messages) => messages.at(-1)?.state === 'failed');
  expect(last.at(-1)?.reason).toMatchObject({ code: 'cannot_write_to_user' });
  const other = system.device();
  await other.logIn(ada.credentials);
  await until(other.isBlocked(bob.id), Boolean);
  expect(await bob.client.user(ada.id)).not.toHaveProperty('blocked');
  await ada.client.unblock(bob.id);
  expect(ada.client.isBlocked(bob.id).value).toBe(false);
  there.retry(last.at(-1)?.key ?? '');
  await until(talk.messages, ({ length }) => length === 2);
  await expect(ada.client.block('../me')).rejects.toMatchObject({ code: 'user_not_found' });
  await expect(ada.client.block(ada.id)).rejects.toMatchObject({ code: 'cannot_block_oneself' });
});

it.concurrent('a user reports another one and their message, and is no moderator', async () => {
  const [ada, bob] = await Promise.all([system.person(), system.person()]);
  const talk = ada.client.conversationWith(bob.id);
  const theirs = bob.client.conversationWith(ada.id);
  await Promise.all([talk.open(), theirs.open()]);
  theirs.send('Buy this.');
  const [{ seq = 0 } = {}] = await until(talk.messages, ({ length }) => length === 1);
  const report = { user: bob.id, reason: 'spam', message: { conversation: talk.id, seq } };
  const { id } = await ada.client.report(report);
  expect(await ada.client.report({ ...report, more: 'is not sent' } as never)).toMatchObject({ id });
  expect(await ada.client.report({ user: bob.id, reason: 'other' })).not.toMatchObject({ id });
  expect((await ada.client.loadProfile()).staff).toBeUndefined();
  for (const ask of [
    () => ada.client.reports(),
    () => ada.client.reports({ state: 'resolved', next: 'https://chat.example/reports/?limit=2' }),
    () => ada.client.resolveReport(id, { action: 'dismissed' }),
    () => ada.client.suspend(bob.id),
    () => ada.client.restore(bob.id),
    () => ada.client.securityEvents(bob.id),
  ])
    await expect(ask()).rejects.toMatchObject({ code: 'staff_only' });
  await expect(ada.client.suspend('../me')).rejects.toMatchObject({ code: 'user_not_found' });
});

it.concurrent('errors of registration, login and sending have their codes', async () => {
  const ada = await system.person();
  const taken = {
    ...ada.credentials,
    username: ada.username,
    first_name: 'A',
    last_name: 'B',
    password2: 'x',
  };
  await expect(ada.client.register(taken)).rejects.toMatchObject({ code: 'validation_failed', status: 400 });
  await expect(ada.client.logIn({ ...ada.credentials, password: 'wrong' })).rejects.toMatchObject({
    code: 'wrong_credentials',
    status: 401,
  });
  const nobody = ada.client.conversationWith('0198c3f5-0000-7000-8000-00000000000b');
  await nobody.open();
  nobody.send('anybody there?');
  const [message] = await until(nobody.messages, ([first]) => first?.state === 'failed');
  expect(message?.reason?.code).toBe('user_not_found');
});

it.concurrent('a user is found and changes their presence setting', async () => {
  const [ada, bob] = await Promise.all([system.person(), system.person()]);
  ada.client.people.search(bob.username.slice(0, 12));
  const { people } = await until(
    ada.client.people.state,
    (state) => state.people.length > 0 && !state.isLoading,
  );
  expect(people).toEqual([{ id: bob.id, username: bob.username }]);
  await ada.client.changeProfile({ presence: 'hidden' });
  expect(ada.client.profile.value).toMatchObject({ username: ada.username, presence: 'hidden' });
  expect(await bob.client.user(ada.id)).toMatchObject({ online: false });
});

it.concurrent('the program in the README runs', async () => {
  const bob = await system.person();
  const readme = readFileSync('client/README.md', 'utf8');
  const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const program = blocks.join('').replace(/import (\{.*\}) from '@parley\/client';/g, 'const $1 = parley;');
  const printed: string[] = [];
  const names = {
    parley,
    console: { log: (...words: unknown[]) => printed.push(words.join(' ')) },
    baseUrl: system.url(),
    peer: bob.id,
    username: `r${bob.username.slice(1)}`,
    email: `r${bob.credentials.email}`,
    password: bob.credentials.password,
  };
  const AsyncFunction = (async () => {}).constructor as new (
    ...code: string[]
  ) => (...given: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(names), stripTypeScriptTypes(program))(...Object.values(names));
  expect(blocks.length).toBeGreaterThan(7);
  expect(printed).toContain('The connection is online.');
  expect(printed.at(-1)).toMatch(/\w/);
});
