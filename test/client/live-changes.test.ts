import { expect, it, vi } from 'vitest';
import type { Message } from '../../client/index.ts';
import { cuttable, pause, runningSystem, until } from './live.ts';
import { texts } from './support.ts';

// Many devices talk at once, while another file of tests has the other core.
vi.setConfig({ testTimeout: 90_000 });

const system = runningSystem();

it('edits and deletions reach all devices of both users, and the inbox', async () => {
  const [ada, bob] = await Promise.all([system.person(), system.person()]);
  const second = system.device();
  await second.logIn(ada.credentials);
  const [talk, there, beside] = [
    ada.client.conversationWith(bob.id),
    bob.client.conversationWith(ada.id),
    second.conversationWith(bob.id),
  ];
  await Promise.all([talk.open(), there.open(), beside.open()]);
  const [first, last] = [talk.send('helo'), talk.send('oops')];
  for (const { messages } of [talk, there, beside]) await until(messages, ({ length }) => length === 2);
  talk.edit(first, 'hello');
  talk.remove(last);
  for (const { messages } of [talk, there, beside]) {
    const [one, other] = await until(messages, (all) =>
      all.every(({ state, editedAt, deletedAt }) => state !== 'changing' && (editedAt ?? deletedAt)),
    );
    expect(one).toMatchObject({ text: 'hello', version: 2 });
    expect(other).toMatchObject({ text: '' });
  }
  await until(bob.client.inbox.items, ([item]) => item?.last.deletedAt !== undefined);
  const later = system.device();
  await later.logIn(bob.credentials);
  await until(later.inbox.items, ([item]) => item?.last.deletedAt !== undefined);
  const again = later.conversationWith(ada.id);
  await again.open();
  expect(texts(again.messages.value)).toEqual(['hello', '']);
});

it('reactions and answers reach all devices of both users, and stay', async () => {
  const [ada, bob] = await Promise.all([system.person(), system.person()]);
  const second = system.device();
  await second.logIn(ada.credentials);
  const [talk, there, beside] = [
    ada.client.conversationWith(bob.id),
    bob.client.conversationWith(ada.id),
    second.conversationWith(bob.id),
  ];
  await Promise.all([talk.open(), there.open(), beside.open()]);
  const question = talk.send('Does it run?');
  const [asked] = await until(there.messages, ({ length }) => length === 1);
  await until(talk.messages, ([one]) => one?.seq === 1);
  there.send('It runs.', { replyTo: 1 });
  there.react(asked?.key ?? '', '❤');
  talk.react(question, '👍');
  talk.react(question, '🎉');
  talk.unreact(question, '👍');
  const shown = ({ reactions }: Message) => reactions.map(({ emoji, users }) => [emoji, users.length]).sort();
  const end = JSON.stringify(
    [
      ['❤️', 1],
      ['🎉', 1],
    ].sort(),
  );
  for (const { messages } of [talk, there, beside]) {
    const [, answer] = await until(
      messages,
      ([one, other]) => one !== undefined && other?.seq === 2 && JSON.stringify(shown(one)) === end,
    );
    expect(answer?.replyTo).toBe(1);
  }
  const later = system.device();
  await later.logIn(bob.credentials);
  const again = later.conversationWith(ada.id);
  await again.open();
  expect(shown(again.messageAt(1).value as Message)).toEqual(JSON.parse(end));
  await until(again.messageAt(3), (one) => one === null);
  expect(again.messages.value.map(({ replyTo }) => replyTo)).toEqual([undefined, 1]);
  again.react(again.messages.value[1]?.key ?? '', 'no emoji');
  const [, refused] = await until(again.messages, ([, one]) => one?.refusedReactions !== undefined);
  expect(refused?.refusedReactions?.[0]?.reason.code).toBe('validation_failed');
});

it('of two devices that edit the same version, the slower one learns what the other has written', async () => {
  const [ada, bob] = await Promise.all([system.person(), system.person()]);
  const talk = ada.client.conversationWith(bob.id);
  await talk.open();
  const key = talk.send('draft');
  await until(talk.messages, ([message]) => message?.seq === 1);
  const slow = system.device();
  await slow.logIn(ada.credentials);
  const same = slow.conversationWith(bob.id);
  await same.open();
  talk.edit(key, 'by the first');
  same.edit(key, 'by the second');
  const isDone = ([one]: readonly Message[]) => one?.state !== 'changing' && one?.version === 2;
  const [[won], [seen]] = await Promise.all([until(talk.messages, isDone), until(same.messages, isDone)]);
  expect(won?.text).toBe(seen?.text);
  const refused = [won, seen].filter((one) => one?.reason);
  expect(refused.map((one) => one?.reason?.code)).toEqual(['version_conflict']);
  await (won?.reason ? talk : same).retry(key);
  const [after] = await until((won?.reason ? same : talk).messages, ([one]) => one?.version === 3);
  expect(after?.text).toBe(refused[0]?.refusedText);
});

it('edits and deletions each way while connections are cut: all end with the same', async () => {
  const [first, second] = [cuttable(), cuttable()];
  const [ada, bob] = await Promise.all([
    system.person({ WebSocket: first.WebSocket }),
    system.person({ WebSocket: second.WebSocket }),
  ]);
  const [talk, there] = [ada.client.conversationWith(bob.id), bob.client.conversationWith(ada.id)];
  await Promise.all([talk.open(), there.open()]);
  const wanted = new Map<string, string>();
  for (let i = 0; i < 25; i += 1) {
    for (const side of [talk, there]) {
      if (i < 10) wanted.set(side.send(`${i}`), `${i}`);
      const own = side.messages.value.filter(({ isOwn, deletedAt }) => isOwn && !deletedAt);
      const { key } = own[i % Math.max(1, own.length)] ?? {};
      if (!key) continue;
      const isRemoved = i % 9 === 8;
      wanted.set(key, isRemoved ? '' : `edited ${i}`);
      if (isRemoved) side.remove(key);
      else side.edit(key, `edited ${i}`);
    }
    if (i % 20 === 10) first.cut();
    if (i % 20 === 15) second.cut();
    await pause(20);
  }
  const isSettled = (messages: readonly Message[]) =>
    messages.every(({ state }) => state !== 'sending' && state !== 'changing');
  const own = await until(talk.messages, isSettled);
  await until(there.messages, isSettled);
  for (const { key, text, reason } of [...own, ...there.messages.value].filter(({ isOwn }) => isOwn)) {
    expect([reason, text]).toEqual([undefined, wanted.get(key)]);
  }
  await until(there.messages, (messages) => texts(messages).join() === texts(talk.messages.value).join());
});
