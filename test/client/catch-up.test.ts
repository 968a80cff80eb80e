import { describe, expect, it } from 'vitest';
import { ADA, BOB, fakeServer, problem, TALK } from './fake-server.ts';
import { during, fakeClock, online, pass, texts } from './support.ts';

fakeClock();

describe('catching up', () => {
  it('ends when a conversation is closed meanwhile, and unsent messages are sent', async () => {
    const server = fakeServer();
    for (let i = 0; i < 3; i += 1) server.say(`${i}`);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    await pass(40_000);
    server.last().cut();
    for (let i = 0; i < 10; i += 1) server.say(`missed ${i}`);
    const before = server.sent('sync').length;
    server.faults.reply = ({ action }) => {
      if (action === 'sync') {
        talk.close();
        server.faults.reply = () => 1;
      }
      return 1;
    };
    client.conversationWith(BOB).send('waits');
    await pass(2_000);
    expect(server.sent('sync').length - before).toBeLessThan(5);
    expect(server.log.at(-1)).toMatchObject({ message: 'waits' });
  });

  it.each([
    'garbage',
    `${ADA}.${ADA}`,
    `${BOB}.${ADA}`,
    '0198c3f5-0000-7000-8000-00000000000b.0198c3f6-0000-7000-8000-00000000000c',
  ])('is not stopped by an id that is not a conversation of the user: %s', async (id) => {
    const server = fakeServer({
      reply: ({ action, conversations }) =>
        action === 'sync' && Object.keys(conversations).some((one) => one !== TALK)
          ? { error: { type: 'error', code: 'conversation_not_found', detail: '' } }
          : 1,
      http: (_method, path) =>
        path.startsWith(`/conversations/${id}`) ? problem(404, 'conversation_not_found') : undefined,
    });
    server.say('one');
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    const other = client.conversation(id);
    await expect(during(other.open())).rejects.toMatchObject({ code: 'conversation_not_found' });
    expect(() => other.send('to nobody')).toThrow('You are not a member of this conversation.');
    server.last().cut();
    server.say('missed');
    await pass(5_000);
    expect(texts(talk.messages.value)).toEqual(['one', 'missed']);
    expect(server.sent('message.send')).toEqual([]);
  });

  it('loads a conversation that could not be opened before, on the same connection', async () => {
    const server = fakeServer();
    server.lifetime = 86_400;
    server.say('one');
    const { client } = await online(server);
    await pass(60_000);
    let failures = 2;
    server.faults.http = (_method, path) => {
      if (!path.endsWith('/messages') || failures === 0) return undefined;
      failures -= 1;
      return problem(503, 'unavailable');
    };
    const talk = client.conversation(TALK);
    await expect(during(talk.open(), 10)).rejects.toMatchObject({ code: 'unavailable' });
    server.say('two');
    await pass(5_000);
    expect(texts(talk.messages.value)).toEqual(['one', 'two']);
    expect(server.sockets).toHaveLength(1);
  });

  it.each([
    ['of seconds', '60', 30_000, 1],
    ['of more than a timer takes', '2592000', 30_000, 1],
  ])('waits as long as the server asks: a number %s', async (_what, seconds, ms, times) => {
    const server = fakeServer({
      http: (_method, path) =>
        path === '/conversations'
          ? new Response('{"code":"unavailable"}', { status: 503, headers: { 'retry-after': seconds } })
          : undefined,
    });
    await online(server);
    await pass(ms);
    expect(server.requests.filter((request) => request === 'GET /conversations')).toHaveLength(times);
  });
});
