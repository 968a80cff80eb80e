import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { withTable } from '../support/runtime-table.ts';
import { SETTINGS } from '../systems.ts';
import { device, quiet } from './support/devices.ts';
import { createGroup, postGroup, putMember, removeMember } from './support/groups.ts';
import { postMessage, sendMessage } from './support/messages.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';
import { closeSockets } from './support/socket.ts';

describe.skipIf(notOurs)('a group that is deleted', () => {
  const runtime = ownRuntime({ context: SETTINGS.unlimited });
  let api: Rest;
  let ada: Person;
  let charles: Person;
  let stranger: Person;
  beforeAll(async () => {
    api = rest(runtime().url);
    [ada, charles, stranger] = await people(api, 3);
  });
  afterEach(closeSockets);

  const gone = { status: 404, body: { code: 'conversation_not_found' } };
  const path = (id: string, below = '') => `/conversations/${id}/${below}`;
  const remove = ({ access: token }: Person, id: string) => api.request('DELETE', path(id), { token });
  const get = ({ access: token }: Person, id: string, below = '') => api.get(path(id, below), { token });

  /** What is stored in a partition. */
  const stored = (pk: string) =>
    withTable(runtime(), async (client, TableName) => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
        }),
      );
      return Items.map(({ sk }): string => sk);
    });
  const eventually = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 15_000, interval: 100 });

  it('exists for nobody at once, and devices get the event as their last frame of it', async () => {
    const { id } = await createGroup(api, ada, [charles]);
    const [hers, his] = await Promise.all([device(runtime().url, ada), device(runtime().url, charles)]);
    expect(await remove(charles, id)).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
    expect(await remove(stranger, id)).toMatchObject(gone);
    expect((await remove(ada, id.toUpperCase())).status).toBe(204);
    for (const socket of [hers, his]) {
      expect(await socket.next()).toMatchObject({
        ...{
          type: 'chat.message',
          conversation: id,
          seq: 2,
          sender_id: ada.id,
          event: { type: 'dissolved' },
        },
      });
    }
    for (const who of [ada, charles, stranger]) {
      for (const below of ['', 'messages/']) expect(await get(who, id, below)).toMatchObject(gone);
      expect(await postMessage(api, who, id, { text: 'x' })).toMatchObject(gone);
      expect(await putMember(api, who, id, stranger)).toMatchObject(gone);
      expect(await removeMember(api, who, id, who)).toMatchObject(gone);
      expect(await remove(who, id)).toMatchObject(gone);
    }
    for (const [socket, frame] of [
      [his, { action: 'message.send', text: 'x', client_id: crypto.randomUUID() }],
      [his, { action: 'message.react', seq: 1, emoji: '👍' }],
      [hers, { action: 'conversation.read', seq: 1 }],
      [hers, { action: 'typing' }],
    ] as const) {
      expect(await socket.ask({ ...frame, conversation: id })).toMatchObject({
        code: 'conversation_not_found',
      });
    }
    const synced = await his.ask({ action: 'sync', conversations: { [id]: { seq: 1, change: 0 } } });
    expect(synced).toMatchObject({ type: 'sync.done', gone: [id], messages: [], conversations: [] });
    await quiet(his);
    await quiet(hers);
  });

  it('goes: its messages, its changes and all else, out of the table and the inboxes', async () => {
    const { id } = await createGroup(api, ada, [charles], { key: 'once' });
    const { seq } = await sendMessage(api, charles, id, 'A secret.');
    await api.request('PUT', path(id, `messages/${seq}/reactions/${encodeURIComponent('👍')}/`), {
      token: ada.access,
    });
    await api.patch(path(id), { description: 'Secrets.' }, { token: ada.access });
    expect((await remove(ada, id)).status).toBe(204);
    await eventually(async () => expect(await stored(`CONV#${id}`)).toEqual(['DISSOLVED', 'GROUP']));
    for (const who of [ada, charles]) {
      expect(
        (await stored(`USER#${who.id}`)).filter((sk) => sk.includes(id) && sk.startsWith('CONV#')),
      ).toEqual([]);
      const { body } = await api.get('/conversations/?limit=100', { token: who.access });
      expect(body.results.filter((one: { id: string }) => one.id === id)).toEqual([]);
    }
    expect(await postGroup(api, ada, { key: 'once' })).toMatchObject(gone);
  });

  it('goes in the same way when its last member has left', async () => {
    const { id } = await createGroup(api, ada, []);
    await sendMessage(api, ada, id, 'To myself.');
    expect((await removeMember(api, ada, id, ada)).status).toBe(204);
    await eventually(async () => expect(await stored(`CONV#${id}`)).toEqual(['DISSOLVED', 'GROUP']));
  });
});
