import { afterEach, beforeAll, expect, inject, it } from 'vitest';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { postMessage } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
beforeAll(async () => {
  [ada, charles] = await people(api, 2);
});
afterEach(closeSockets);

/** Everything that the server sends to one member about a conversation, in every way, as text. */
async function everythingTold(to: Person, other: Person, conversation: string): Promise<string> {
  const { access: token } = to;
  const socket = await device(url, to);
  const answers = await Promise.all([
    socket.ask({ action: 'sync', conversations: { [conversation]: 0 } }),
    socket.ask({ action: 'sync', conversations: {}, since: new Date(0).toISOString() }),
    api.get(`/conversations/${conversation}/messages/`, { token }),
    api.get(`/conversations/${conversation}/messages/?after=0&limit=50`, { token }),
    api.get(`/conversations/${conversation}/`, { token }),
    api.get('/conversations/', { token }),
    api.get(`/chat/history/${other.id}/`, { token }),
  ]);
  return JSON.stringify([...answers, ...socket.frames]);
}

it('only the sender’s own devices ever see a message’s client id, in whatever way it was sent', async () => {
  const conversation = conversationOf(ada, charles);
  const [phone, laptop, his] = await Promise.all([device(url, ada), device(url, ada), device(url, charles)]);
  const [hersToHim, hisToHer] = await Promise.all([
    connect(url, { token: ada.access, peer: charles.id }),
    connect(url, { token: charles.access, peer: ada.id }),
  ]);
  const [byDevice, byConversation, byOriginal, byHttp] = Array.from({ length: 4 }, () => crypto.randomUUID());
  await phone.ask(messageTo(charles, 'one', { client_id: byDevice }));
  const { to, ...frame } = messageTo(charles, 'two', { client_id: byConversation });
  await phone.ask({ ...frame, conversation });
  await hersToHim.say('three', { client_id: byOriginal });
  await postMessage(api, ada, conversation, { text: 'four' }, byHttp);
  // A repeat is delivered once more.
  await phone.ask(messageTo(charles, 'one', { client_id: byDevice }));
  const names = [byDevice, byConversation, byOriginal, byHttp] as string[];

  const saidFive = (frames: readonly { readonly message?: string }[]) =>
    frames.filter(({ message }) => message !== undefined).length >= 5;
  for (const socket of [his, hisToHer]) await socket.until(() => saidFive(socket.frames));
  const toHim = JSON.stringify([...his.frames, ...hisToHer.frames]);
  const readByHim = await everythingTold(charles, ada, conversation);
  for (const name of names) {
    expect(toHim).not.toContain(name);
    expect(readByHim).not.toContain(name);
  }
  await laptop.until(() => saidFive(laptop.frames));
  const toHer = JSON.stringify(laptop.frames);
  const readByHer = await everythingTold(ada, charles, conversation);
  for (const name of names) {
    expect(toHer).toContain(name);
    expect(readByHer).toContain(name);
  }
});
